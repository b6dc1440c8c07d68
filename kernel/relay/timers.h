// A few named deadlines for a loop that sleeps until the nearest one, and for ever when none is set.
#pragma once

#include <array>
#include <chrono>
#include <optional>

namespace ferry::relay {

enum class Timer { kChoose, kPing, kHeldInfo, kHeldReply, kMourning, kLeave, kAdopt, kMove, kMoveAgain, kMovePing, kMoveTick, kMoveShow, kHold, kRestarting, kStatus, kCount };

class Timers {
 public:
  using Clock = std::chrono::steady_clock;

  void Set(Timer timer, std::chrono::milliseconds after) { At(timer) = Clock::now() + after; }
  void Clear(Timer timer) { At(timer).reset(); }

  bool Pending(Timer timer) { return At(timer).has_value(); }

  // Milliseconds to the nearest deadline, rounded up; -1 without one.
  std::chrono::milliseconds Wait() const {
    std::optional<Clock::time_point> nearest;
    for (const auto& at : at_) if (at && (!nearest || *at < *nearest)) nearest = at;
    if (!nearest) return std::chrono::milliseconds(-1);
    return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(*nearest - Clock::now()));
  }

  // True once when the deadline has passed.
  bool Expired(Timer timer) {
    if (!At(timer) || *At(timer) > Clock::now()) return false;
    At(timer).reset();
    return true;
  }

 private:
  std::optional<Clock::time_point>& At(Timer timer) { return at_[static_cast<std::size_t>(timer)]; }
  std::array<std::optional<Clock::time_point>, static_cast<std::size_t>(Timer::kCount)> at_;
};

}  // namespace ferry::relay
