#include "kernel/relay/restart.h"

namespace ferry::relay {

const char* Name(Start start) {
  switch (start) {
    case Start::kFirst: return "first";
    case Start::kRestart: return "restart";
    case Start::kCrash: return "crash";
    case Start::kCrashInResume: return "crash-in-resume";
    case Start::kWake: return "wake";
  }
  return "unknown";
}

RestartPolicy::Decision RestartPolicy::After(const Death& death) {
  if (death.replaying) {
    return {++replays_ < kReplays ? Decision::kStart : Decision::kGiveUp, Start::kCrashInResume};
  }
  if (death.exited && !death.cell_running) {
    in_a_row_ = 0;
    return {Decision::kStart, Start::kRestart};
  }
  if (death.clean && !death.before_ready && !death.cell_running) {
    in_a_row_ = 0;
    return {Decision::kSleep, Start::kWake};
  }
  // A cell that kills its engine each time the user runs it is the user's affair, unless the engine was still resuming.
  bool in_resume = death.before_ready || death.resuming;
  in_a_row_ = death.cell_running && !in_resume ? 0 : in_a_row_ + 1;
  if (in_a_row_ >= kLimit) return {Decision::kGiveUp, Start::kCrash};
  return {Decision::kStart, in_resume ? Start::kCrashInResume : Start::kCrash};
}

}  // namespace ferry::relay
