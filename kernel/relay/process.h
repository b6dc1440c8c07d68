// Starting an engine and learning how it ended.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::relay {

struct Command {
  std::vector<std::string> argv;         // argv[0]: absolute path of the program
  std::vector<std::string> environment;  // NAME=value
  std::vector<int> keep;                 // descriptors it inherits under their numbers
  std::string log;                       // file to which its stdout and stderr are appended
  bool own_user = false;                 // in a user namespace that maps this user alone, to himself; where that is forbidden in none
  int in = -1, out = -1;                 // its stdin and stdout instead; -1: /dev/null and the log
};

// Starts the program in a process session of its own, with default signals, stdin from /dev/null and no other descriptor of
// ours. Error if it could not be executed. No shell is involved.
Result<pid_t> Spawn(const Command& command);

// Where this program was installed when it started; call it first before an upgrade can come. What /proc/self/exe names changes
// when the file is renamed or replaced, and the program there then is the one to start.
const std::string& ProgramPath();

// This process's environment with the entries of `set` (NAME=value) put in.
std::vector<std::string> EnvironmentWith(const std::vector<std::string>& set);

struct Ending {
  int status = 0;    // of waitpid
  bool memory = false;  // the system ended a process for want of memory meanwhile
  std::string lost = {};  // how it was lost, where its status nobody knows; empty: it has ended with that status
  bool Clean() const;
  bool Starved() const;  // the system ended it for want of memory
  bool MayHaveStarved() const { return !lost.empty() && memory; }
  bool Crashed() const;  // by a signal of which faulthandler tells
  std::string Words() const;  // "was killed by signal 9 (Killed) ..." or "ended with status 3"
};

// nullopt while `pid` runs. Once it has ended unasked and not cleanly, what is left of its process group is killed: workers
// of an engine that is gone would stay for ever.
std::optional<Ending> Reap(pid_t pid, bool asked_to_end);

}  // namespace ferry::relay
