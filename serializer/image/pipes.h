// Pipes and fifos that lead from the processes of an image to others: CRIU carries one end, and does not say that the other is lost.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace ferry::image {

// Which pipe or fifo a descriptor of a process leads to; "" for anything else.
std::string PipeOf(pid_t pid, const std::string& fd);

// The pipes of `tree` that processes outside of it hold too, each with one of these. Not the standard streams of its first
// process: programs that it left in the background hold them, and lose nothing but a place to print to.
// Cost: a stat of each descriptor on this machine that this process may look at.
std::map<std::string, pid_t> PipesToOthers(const std::vector<pid_t>& tree);

}  // namespace ferry::image
