// How long each part of a move took, for the cell's output and for programs.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "kernel/relay/wire.h"

namespace ferry::relay {

class MoveAccount {
 public:
  using Clock = std::chrono::steady_clock;

  void Begin(const char* part) { parts_.emplace_back(part, Clock::now()); }  // "": the move is over
  void Hold() { held_ = Clock::now(); }                                       // messages wait from now on

  double Seconds() const;  // from the first moment to the beginning of the last part
  json Fields() const;     // seconds, pause, steps

 private:
  Clock::time_point began_ = Clock::now(), held_{};
  std::vector<std::pair<std::string, Clock::time_point>> parts_;
};

}  // namespace ferry::relay
