// The debugger of front ends: debug_request on control.
//
// xeus-python's debugger drives debugpy and waits for each of its answers, and to begin with for the main thread, which may be
// in a cell for hours. debugpy leaves some requests unanswered. So all this has a thread of its own: control goes on, interrupts
// come through. What debugpy does not answer within a time is refused, and so is what comes after until it answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "nlohmann/json.hpp"
#include "util/event_fd.h"
#include "xeus/xdebugger.hpp"

namespace ferry::engine {

constexpr double kDebuggerPatience = 30;  // seconds

class Debugger {
 public:
  using Answer = std::function<void(nl::json)>;  // takes the content of the reply; called on any thread

  explicit Debugger(std::unique_ptr<xeus::xdebugger> debugger, double patience = kDebuggerPatience);
  ~Debugger();  // after End() said true

  // Control thread, as are fd() and Overdue(). Requests are answered one by one, in their order.
  void Ask(nl::json header, nl::json request, Answer answer);
  int fd() const { return due_.fd(); }  // readable when Overdue() should be called
  void Overdue();

  // Side thread. An event of debugpy, before front ends hear of it.
  void Hear(const nl::json& event) { if (event.value("event", "") == "stopped") stopped_ = true; }

  // While one of these exists the main thread is waited for, and not debugpy.
  class ForMain {
   public:
    explicit ForMain(Debugger& debugger) : debugger_(debugger) { debugger_.for_main_ = true; }
    ~ForMain();

   private:
    Debugger& debugger_;
  };

  // Main thread, without the GIL. False if an answer of debugpy is still waited for after so many seconds.
  bool End(double seconds);

 private:
  struct Request {
    nl::json header, content;
    Answer answer;
  };

  void Run();
  nl::json Reply(const nl::json& header, const nl::json& request);

  const std::unique_ptr<xeus::xdebugger> debugger_;
  const double patience_;
  bool attached_ = false;  // its thread's
  std::atomic<bool> stopped_{false};  // a thread of Python's, until it is told to go on: debugpy sends no event then
  std::atomic<bool> for_main_{false};
  TimerFd due_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> waiting_;                // this and what follows: under mutex_
  Request current_;                            // its answer is empty once it was given
  bool busy_ = false, over_ = false, ended_ = true;  // busy_: with current_; ended_: the thread has
  std::thread thread_;                         // from the first request on
};

}  // namespace ferry::engine
