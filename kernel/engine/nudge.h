// The interrupt that comes a moment too early. CPython notes a signal and runs its Python handler when the main thread
// looks next. time.sleep(), a lock, a read of a pipe look only when the signal breaks their wait: one that comes between
// the last look and the beginning of the wait breaks nothing, and is heard when the wait is over. On a busy machine that
// happens to 3 to 5 interrupts in a hundred, since the main thread gives up the GIL, and with it often the processor, just there.
//
// So until the handler has run the main thread is sent SIGURG again and again: it means nothing to Python and breaks the
// wait, whereupon CPython looks. A user who has a handler of his own for it is left alone.
#pragma once

#include <pthread.h>

#include <atomic>

#include "util/event_fd.h"

namespace ferry::engine {

class Nudge {
 public:
  // On the thread that is to be nudged.
  Nudge();

  void Sending();                     // any thread: SIGINT is about to be sent
  void Heard() { unheard_ = false; }  // its handler runs

  int fd() const { return due_.fd(); }  // readable when Due() should be called
  void Due(bool running);               // `running`: there is something to interrupt

 private:
  pthread_t thread_;
  std::atomic<bool> unheard_{false};
  TimerFd due_;
};

}  // namespace ferry::engine
