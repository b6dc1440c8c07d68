// Running another program for a limited time. Whatever happens, it has ended when RunProgram returns: at the deadline it is killed
// with SIGKILL, since a CRIU that met a broken image ignores everything else.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::image {

inline constexpr const char* kSudo = "/usr/bin/sudo";

struct Ran {
  int status = 0;       // of waitpid
  bool killed = false;  // it was still running at the deadline
  std::string output;   // of stdout and stderr, its first 64 KiB
  bool Good() const { return !killed && status == 0; }
};

// `before`: called in the child between fork and exec; false ends it with status 126. argv[0] is a path. The process must
// have no threads that hold locks which `before` needs. Error if no process can be made.
Result<Ran> RunProgram(const std::vector<std::string>& argv, double seconds, const std::function<bool()>& before = {});

}  // namespace ferry::image
