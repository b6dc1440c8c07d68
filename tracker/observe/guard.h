// What keeps a replay from doing again what cannot be taken back: unsafe effects that the cell did not have when the user
// ran it. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tracker/graph/record.h"

namespace ferry::observe {

// CPython 3.11 has no event for the start of a thread; thread states are numbered as they are made. 0: none.
std::uint64_t NewestThread();

// Whether a thread runs that is newer. Those are left out that a library keeps to itself and starts again when it misses them: the
// first progress bar of tqdm starts one, and IPython's history after a fork.
bool RunsNewerThread(std::uint64_t newest);

class Guard {
 public:
  // Of this thread, and of threads that start from now on. allowed, stopped: see StartGuard (audit.h).
  Guard(std::vector<graph::Effect> allowed, pybind11::object stopped);

  // Whether the effect must not happen; then it is noted, and the next Refused is true.
  bool Stops(const graph::Effect& effect);

  // True, and its exception set: what was just stopped must not happen. Once for each.
  bool Refused();

  // What was stopped, in order.
  std::vector<graph::Effect> Take() { return std::move(stopped_); }

 private:
  bool Forbids(const graph::Effect& effect) const;

  std::vector<graph::Effect> allowed_, stopped_;
  pybind11::object exception_;
  std::uint64_t thread_, newest_thread_;
  bool refuses_ = false;
};

}  // namespace ferry::observe
