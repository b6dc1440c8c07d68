// The debugger of front ends: debug_request on control, answered by debugpy or here.
//
// debugpy listens in a process of its own (the adapter) from the first `initialize` on; a client of ours speaks to it
// (dap_client.h). All this has a thread, so that control goes on and interrupts come through. What debugpy is asked does
// not keep the next request waiting: replies find their request by its number. Only `initialize`, `attach` and `disconnect`
// hold up what comes after them.
//
// What the variables' panel shows is made on this thread as well, whatever the main one does. Where code of the user's does not end
// there (`__repr__`), an interrupt or the time limit ends it, and the panel shows the other values.
//
// debugpy leaves some requests unanswered. What it does not answer within a time is refused, except where code of the user's
// runs for it, which may take as long as a cell.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "kernel/engine/dap_client.h"
#include "nlohmann/json.hpp"
#include "util/event_fd.h"

namespace ferry::engine {

constexpr double kDebuggerPatience = 30;  // seconds
constexpr double kOneValue = 10;          // seconds after which the variables' panel goes on without the value that it is at
constexpr double kSecondTry = 0.02;       // of it, for what comes after a cut

// The engine that is debugged, as the debugger needs it. All but OnMain's `done` and Cut() on the debugger's thread.
class Debugged {
 public:
  virtual ~Debugged() = default;

  // debugger.py's answer to the request, {"success", "body" or "message"}: by the main thread when no cell runs, or here at once.
  virtual void OnMain(const std::string& what, const nl::json& request, std::function<void(nl::json)> done) = 0;
  virtual nl::json AtOnce(const std::string& what, const nl::json& request) = 0;
  // Ends code of the user's in which AtOnce is, for one value. Control thread; returns at once.
  virtual void Cut() = 0;
  virtual void PublishDebugEvent(const nl::json& event, const nl::json& parent) = 0;

  // Where the code of a cell lies, and how a front end computes that.
  virtual std::string CellFile(const std::string& code) = 0;
  virtual nl::json CellFiles() = 0;
};

class Debugger {
 public:
  using Answer = std::function<void(nl::json)>;  // takes the content of the reply; called on any thread

  explicit Debugger(Debugged& engine, double patience = kDebuggerPatience, double one_value = kOneValue)
      : engine_(engine), patience_(patience), one_value_(one_value) {}
  ~Debugger();  // after End() said true

  // Control thread, as are fd() and Overdue().
  void Ask(nl::json header, nl::json request, Answer answer);
  int fd() const { return due_.fd(); }  // readable when Overdue() should be called
  void Overdue();
  void Interrupt();

  // Main thread: no cell runs, so none is stopped.
  void CellIsOver();
  // Main thread, without the GIL. False if something is still waited for after so many seconds.
  bool End(double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  using Then = std::function<void(nl::json)>;  // takes debugpy's reply
  struct Request {
    int number;
    nl::json header, content;
  };
  struct Open {
    nl::json content;
    Answer answer;
    std::optional<Clock::time_point> deadline;
  };

  // any thread
  void Settle(int number, nl::json reply);
  void Later(std::function<void()> step);
  static Clock::time_point FromNow(double seconds);
  void Arm();  // under mutex_, as is NextCut
  void NextCut();

  // the debugger's thread
  void Run();
  void Handle(const Request& request);
  void HandleHere(const Request& request);
  void HandleThere(const Request& request);
  void Initialize(const Request& request);
  void Connect(const Request& request);
  void Attach(const Request& request);
  void Disconnect(const Request& request);
  void Resume(const Request& request);
  void SetBreakpoints(const Request& request);
  void InspectRichly(const Request& request);
  void Copy(const Request& request);
  nl::json Info(const nl::json& request) const;
  void Forward(const Request& request, nl::json message, Then then);
  void Forward(const Request& request) { Forward(request, request.content, nullptr); }
  void Hear(nl::json message);
  void HearEvent(const nl::json& event);
  nl::json AtOnce(const Request& request);
  void Hold(bool for_main);
  void Release();
  void Close(const std::string& why);
  void Receive();

  Debugged& engine_;
  const double patience_, one_value_;

  // the debugger's thread
  std::unique_ptr<DapClient> eldest_;  // asks nothing; it lives as long as the adapter
  std::unique_ptr<DapClient> client_;
  int port_ = 0, seq_ = 0;
  bool attached_ = false;
  nl::json capabilities_, parent_ = nl::json::object();
  std::map<int, std::pair<Request, Then>> asked_;  // by the number that debugpy knows
  std::set<int> stopped_;                          // threads
  std::map<std::string, nl::json> breakpoints_;    // by file
  int main_thread_ = 0;                            // its number, once something was stopped
  std::optional<Clock::time_point> held_until_;

  TimerFd due_;
  EventFd wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Open> open_;  // this and what follows: under mutex_
  std::deque<Request> waiting_;
  std::deque<std::function<void()>> steps_;
  std::string busy_with_;     // the command that what comes after waits for
  int numbers_ = 0;
  std::optional<Clock::time_point> cut_at_;  // while AtOnce runs
  bool second_try_ = false;   // so does what was cut, once more
  bool for_main_ = false, held_ = false, stuck_ = false, over_ = false, ended_ = true;
  std::thread thread_;        // from the first request on
};

}  // namespace ferry::engine
