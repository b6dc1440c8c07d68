// Descriptors that wake a thread out of poll(): an event (somebody called Set) and a timer (some time is over).
#pragma once

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

namespace ferry {

// Owns one descriptor and empties it. Clear() after it was readable, or it stays so.
class WakeFd {
 public:
  explicit WakeFd(int fd) : fd_(fd) {}
  ~WakeFd() { ::close(fd_); }
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  int fd() const { return fd_; }
  void Clear() { std::uint64_t count; (void)!::read(fd_, &count, sizeof count); }

 private:
  int fd_;
};

// Set() from any thread or signal handler.
class EventFd : public WakeFd {
 public:
  EventFd() : WakeFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  void Set() { std::uint64_t one = 1; (void)!::write(fd(), &one, sizeof one); }
};

class TimerFd : public WakeFd {
 public:
  TimerFd() : WakeFd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}

  // Readable once after `seconds`; 0 or less disarms.
  void Arm(double seconds) {
    itimerspec when{};
    if (seconds > 0) {
      when.it_value.tv_sec = static_cast<time_t>(seconds);
      when.it_value.tv_nsec = static_cast<long>((seconds - static_cast<double>(when.it_value.tv_sec)) * 1e9) + 1;
    }
    ::timerfd_settime(fd(), 0, &when, nullptr);
  }
};

}  // namespace ferry
