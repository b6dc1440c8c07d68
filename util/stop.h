// The stop signal of idle work. Saving, walking and loading run on the main thread when no request waits, and must end
// within a millisecond when one comes. Whoever owns the sockets raises the flag from its control thread; a shell message
// shows as a readable descriptor. Work asks Stop::Asked() between steps of at most some 100 microseconds.
#pragma once

#include <poll.h>

#include <atomic>

#include "util/result.h"

namespace ferry {

// What work that was stopped returns.
inline Error Aborted() { return {Code::kAborted, "stopped because a request came", "try again"}; }

class Stop {
 public:
  // Both may be set once at start, before any work runs; without them work is never stopped.
  void Watch(const std::atomic<bool>* flag, int fd) { flag_ = flag; fd_ = fd; }

  // Work that was asked for by a user (%checkpoint, shutdown) must not be stopped by the next request.
  void Ignore(bool ignore) { ignore_ = ignore; }

  // Cheap: one relaxed load, and one poll() every 64 calls. Main thread only.
  bool Asked() {
    if (ignore_) return false;
    if (flag_ && flag_->load(std::memory_order_relaxed)) return true;
    return (++calls_ & 63) == 0 && Readable();
  }

  // The same, but always looks at the descriptor.
  bool AskedNow() { return !ignore_ && ((flag_ && flag_->load(std::memory_order_relaxed)) || Readable()); }

 private:
  bool Readable() const {
    if (fd_ < 0) return false;
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 0) > 0;
  }

  const std::atomic<bool>* flag_ = nullptr;
  int fd_ = -1;
  bool ignore_ = false;
  unsigned calls_ = 0;
};

// The one stop signal of this process (an engine has one main thread).
inline Stop& MainStop() {
  static Stop stop;
  return stop;
}

}  // namespace ferry
