// What follows when an engine has ended. Pure: deaths in, decision out.
//
// A crash brings the session back (`crash`). If the engine dies while it brings the session back, it is started once more
// and told so (`crash-in-resume`): if it was a cell that ran again, the session comes back without that cell, else not at all. An engine that ends by itself with status 0 and no cell running has suspended
// itself: the next request wakes it; where a cell said exit(), a clean one follows instead. kLimit deaths in a row without an answered cell between them, and with no cell running
// that could be blamed, are not tried again: the user is told instead.
#pragma once

#include <string>

namespace ferry::relay {

// How an engine is started: the argument of --start.
enum class Start { kFirst, kRestart, kCrash, kCrashInResume, kWake };
const char* Name(Start start);

struct Death {
  bool before_ready = false;   // it never answered
  bool resuming = false;       // it was bringing the session back
  bool replaying = false;      // and a recorded cell ran again just then
  bool cell_running = false;
  bool clean = false;          // exit status 0
  bool exited = false;         // its last cell said exit()
};

class RestartPolicy {
 public:
  static constexpr int kLimit = 3;
  static constexpr int kReplays = 8;  // deaths in cells that ran again, of which each engine leaves out one more

  struct Decision {
    enum { kStart, kSleep, kGiveUp } what;
    Start start;
  };
  Decision After(const Death& death);

  // The engine has answered a cell: it works.
  void Works() { in_a_row_ = replays_ = 0; }

 private:
  int in_a_row_ = 0, replays_ = 0;
};

}  // namespace ferry::relay
