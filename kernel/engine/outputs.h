// Text of stdout and stderr on its way to the front end.
//
// A write of Python's print() is some bytes; a message a write would drown front ends (20,000 prints, 40,000 messages). So
// text is gathered and leaves when somebody else's text follows (other stream, other cell), when it is much, before any
// other message, at the end of a cell, or after 50 ms; a text of megabytes leaves in parts, so that relay and front end work
// on one part while the next is made. The last is the side thread's and needs no GIL: a cell that
// computes for an hour inside one C call still shows what it printed before.
//
// What C libraries and child processes write to descriptors 1 and 2 comes through pipes into the same place; our own log
// and faulthandler keep the descriptors that the process was started with. A forked child shares the pipes: it writes into
// them, and does nothing here (its copies of the locks may be held by threads it does not have).
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "kernel/engine/wire.h"
#include "util/event_fd.h"

namespace ferry::engine {

enum class Stream { kOut, kErr };

class Outputs {
 public:
  explicit Outputs(Wire& wire) : wire_(wire) {}

  // Any thread; never waits for the GIL. parent: header of the request the text belongs to; text: UTF-8. What a child
  // wrote to the descriptors before comes before: a cell that waits for its child and prints then shows both in this order.
  void Write(Stream stream, std::string_view parent, std::string_view text);
  void Flush();
  // For the side thread's poll: readable when text has waited long enough for a Flush().
  TimerFd& due() { return due_; }

  // Descriptors 1 and 2 become pipes. Returns false (and changes nothing) if the system says no. Call once.
  bool Capture();
  int captured(Stream stream) const { return pipes_[Index(stream)]; }  // -1: not captured
  // The request that captured text belongs to; any thread.
  void SetCurrent(std::string parent);
  // Takes what lies in the pipes now. Any thread.
  void Drain();

 private:
  void DrainFirst();  // Drain(), and returns when what other threads took out of the pipes is appended, too
  static int Index(Stream stream) { return stream == Stream::kOut ? 0 : 1; }
  void Append(Stream stream, std::string_view parent, std::string_view text, bool utf8);
  std::string Current();
  void FlushLocked();
  void Publish(std::string_view text);

  Wire& wire_;
  std::mutex drain_mutex_;  // keeps what is read in the order in which it is written; before mutex_
  std::mutex mutex_;        // before Wire's; nobody waits for the GIL while holding it
  Stream stream_ = Stream::kOut;
  bool utf8_ = true;        // text_ is; what others wrote to a descriptor may be anything
  std::string parent_, text_, current_ = "{}";
  std::string cut_[2];      // under drain_mutex_: the begin of a character whose end has not come through the pipe yet
  TimerFd due_;
  int pipes_[2] = {-1, -1};
};

}  // namespace ferry::engine
