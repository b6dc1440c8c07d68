#include "replay/plan/safety.h"

#include <algorithm>
#include <array>

namespace ferry::plan {
namespace {

using graph::Effect;
using graph::Execution;

struct Phrase {
  const char* kind;
  const char* did;
};
constexpr std::array<Phrase, 13> kPhrases{{
    {"file-write", "it wrote a file"},
    {"file-remove", "it removed or renamed a file"},
    {"network", "it used the network"},
    {"subprocess", "it started another program"},
    {"environ", "it changed the environment"},
    {"cwd", "it changed the working directory"},
    {"input", "it asked for input"},
    {"thread", "it started a thread"},
    {"running", "it may have left something to do to what went on when it ended"},
    {"module", "it changed a module"},
    {"random", "it drew random numbers whose generator was not recorded"},
    {"clock", "it read the clock"},
    {"ferry", "it is a command to Ferry itself"},
}};

std::string Did(const Effect& effect) {
  const auto phrase = std::find_if(kPhrases.begin(), kPhrases.end(), [&](const Phrase& p) { return p.kind == effect.kind; });
  const std::string did = phrase == kPhrases.end() ? "it had an effect outside the session (" + effect.kind + ")" : phrase->did;
  return effect.detail.empty() ? did : did + " (" + effect.detail + ")";
}

std::string Short(const Effect& effect) { return effect.detail.empty() ? effect.kind : effect.kind + ": " + effect.detail; }

bool Tagged(const Execution& execution, const char* tag) {
  return std::find(execution.tags.begin(), execution.tags.end(), tag) != execution.tags.end();
}

bool Recorded(const Execution& execution, const Effect& effect) {
  if (effect.detail.empty()) return !execution.drew.empty();
  return std::find(execution.drew.begin(), execution.drew.end(), effect.detail) != execution.drew.end();
}

}  // namespace

std::string CellName(const Execution& execution) {
  return "cell " + std::to_string(execution.number);
}

Verdict Judge(const Execution& execution, const Wishes& wishes) {
  const std::string shown = std::to_string(execution.count > 0 ? execution.count : static_cast<std::int32_t>(execution.number));
  const std::string remedy = "if running it again does no harm, say %session replay-ok " + shown + " or give the cell the tag ferry:replay-ok";
  if (execution.status == graph::Status::kStarted) {
    return {Verdict::kBlocked, "unsafe-cell", "unfinished", "it was running when the process ended", "run it again yourself"};
  }
  if (Tagged(execution, "ferry:no-replay") || wishes.no_replay.contains(execution.number)) {
    return {Verdict::kBlocked, "unsafe-cell", "no-replay", "it is marked no-replay", "take the mark away"};
  }
  if (auto fatal = wishes.fatal.find(execution.number); fatal != wishes.fatal.end()) {
    return {Verdict::kBlocked, "unsafe-cell", "fatal", "it " + fatal->second,
            "%session replay-ok " + shown + " lets it run once more"};
  }
  if (Tagged(execution, "ferry:replay-ok") || wishes.replay_ok.contains(execution.number)) return {};
  if (execution.status == graph::Status::kInterrupted) {
    return {Verdict::kBlocked, "unsafe-cell", "interrupted", "it was interrupted, and would not stop at the same place", remedy};
  }
  for (const Effect& effect : execution.effects) {
    if (effect.unsafe || effect.kind == "input" || effect.kind == "ferry" || effect.kind == "running") {
      return {Verdict::kBlocked, "unsafe-cell", Short(effect), Did(effect), remedy};
    }
  }
  if (execution.reads_views) {
    return {Verdict::kBlocked, "unsafe-cell", "output of another cell",
            "it used the displayed output of another cell (_, Out)", "give that output a name"};
  }
  for (const Effect& effect : execution.effects) {
    if (effect.kind == "random" && !Recorded(execution, effect)) {
      return {Verdict::kBlocked, "nondeterministic", Short(effect), Did(effect), remedy};
    }
  }
  for (const Effect& effect : execution.effects) {
    for (const char* kind : {"clock", "thread", "network", "subprocess"}) {
      if (effect.kind == kind) return {Verdict::kVaries, "nondeterministic", Short(effect), Did(effect), remedy};
    }
  }
  if (execution.drew.empty()) return {};
  return {Verdict::kSeeded, "", "", "it drew random numbers", ""};
}

}  // namespace ferry::plan
