// What of a process CRIU cannot carry, found before it is tried and named as a person knows it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "serializer/image/probe.h"

namespace ferry::image {

struct Blocker {
  std::string kind;    // terminal, socket, pipe, queue, file, lock, gpu, io_uring, userfaultfd, debugger, seccomp, namespace, mapping,
                       // memory, inotify, device
  std::string what;    // a sentence that names the descriptor, the mapping or the process
  std::string remedy;
};

// The process and its children, by /proc. `own`: sockets whose path begins with this are ours and will be closed.
// Empty: nothing is known to be in the way, which is no promise. Cost: a read of each descriptor's link, and a stat of each on the machine.
std::vector<Blocker> Preflight(pid_t pid, const std::string& own, Route route);

}  // namespace ferry::image
