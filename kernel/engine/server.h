// The engine's side of the Jupyter protocol: a xeus::xserver whose sockets, threads and main loop are our own.
//
//   main thread     shell: receives, dispatches, replies; runs asyncio and idle work. Holds the GIL.
//   control thread  control: answers while a cell runs, turns interrupt_request into SIGINT, hands what needs the
//                   session to the main thread as jobs.
//   debugger        debug_request of control, from the first one on (debugger.h).
//   side thread     heartbeat, text that waits in Outputs, captured descriptors, the life of the relay.
//   any thread      stdin, while it waits for an answer (questions.h).
//
// The loop here is the outermost one and runs asyncio in slices (loop.py): the stock server would run it inside a reader
// callback, where a cell that awaits cannot run the loop again, and its poll() throws when a signal interrupts it.
//
// ZMQ_FD is edge-triggered: it says that something happened, not that something is there. Asking for ZMQ_EVENTS takes the
// news in, so ShellReady() is asked before every wait and by whoever found the descriptor readable.
//
// Every *_request gets a reply: where a handler threw, or xeus does not know the type, an error reply.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kernel/engine/debugger.h"
#include "kernel/engine/nudge.h"
#include "kernel/engine/outputs.h"
#include "kernel/engine/questions.h"
#include "kernel/engine/relay_watch.h"
#include "kernel/engine/word.h"
#include "kernel/engine/wire.h"
#include "util/event_fd.h"
#include "xeus/xserver.hpp"

namespace py = pybind11;

namespace ferry::engine {

constexpr double kMemoryEvery = 0.5;  // seconds between two looks at the memory while a cell runs

class Server : public xeus::xserver, private xeus::xcontrol_messenger, private Debugged {
 public:
  // main: the Python object that runs asyncio and answers for the session (loop.Main); watch: the relay's life.
  Server(const xeus::xconfiguration& config, nl::json::error_handler_t error_handler);
  ~Server() override;

  // The one server of this process while it lives, else null.
  static Server* Current();

  Wire& wire() { return wire_; }
  Outputs& outputs() { return outputs_; }
  Nudge& nudge() { return nudge_; }
  Questions& questions() { return questions_; }

  // Before start(): the Python half, the relay that this engine belongs to, and what is called once it serves.
  void Serve(py::object main, RelayWatch watch, std::function<void()> begun);

  // Any thread of Python's. Ends when the front end has answered. An interrupt raises KeyboardInterrupt, and EOFError comes where
  // nobody can answer (as py::error_already_set).
  std::string ReadStdin(const std::string& prompt, bool password);

  // What was asked for on the control channel and waits for the main thread, within a cell: runs it, waiting up to
  // `seconds` for it to come. False if nothing came.
  bool RunJobsWithin(double seconds);

  // As ferry_shutdown_request{restart:false}, for SIGTERM. Any thread, and Python's signal handlers.
  void Terminate();

  // What is left of the memory (util/memory.h); `limit`: of this process, from now on, 0: none. "news": it has become little
  // since this was asked last, and no cell was told.
  py::dict Memory(std::uint64_t limit);
  // The sentence about what is saved that ends a warning.
  void SetSafe(std::string text);

  // What cells published while no relay listened, oldest first; None if nothing. The bytes of what was too much are told.
  py::object TakeUnseen();

  // For util/stop.h: raised when idle work has to end although the shell socket shows nothing.
  const std::atomic<bool>* stop_flag() const { return &stop_idle_; }
  // Part of asyncio's descriptors: becomes readable when a slice of idle work has lasted long enough.
  TimerFd& slice() { return slice_; }

 private:
  struct Request {
    xeus::xmessage::guid_list identities;
    nl::json header;
    bool answered = false;
  };

  // main thread (server.cc, server_shell.cc)
  bool ShellReady() { return wire_.shell.get(zmq::sockopt::events) & ZMQ_POLLIN; }
  void ServeOne();
  void Dispatch(const std::string& type, xeus::xmessage message);
  void AnswerInPython(const std::string& type, const xeus::xmessage& message);
  void AbortWaiting();
  void RunJobs();
  bool IdleSlice();
  nl::json CallMain(const char* method, const std::string& type, const nl::json& content);
  void StartThreads();
  void StopThreads();
  [[noreturn]] void CannotGoOn(const std::string& what);  // ends the process, whose log says what
  bool Receive(zmq::multipart_t& wire);
  nl::json Park(const nl::json& request, const nl::json& told);  // server_park.cc

  // control thread (server_control.cc)
  void RunControl();
  void ServeControl(xeus::xmessage message);
  void SendAnswers();
  void Interrupt();
  using Started = std::shared_ptr<std::atomic<bool>>;
  void Shutdown(const nl::json& request, std::function<void(nl::json)> reply) { Insist(PostShutdown(request, std::move(reply))); }
  Started PostShutdown(const nl::json& request, std::function<void(nl::json)> reply);
  void Insist(const Started& started);
  nl::json Attach(const nl::json& request);

  // side thread (server_side.cc)
  void RunSide();
  bool Idle(std::chrono::steady_clock::duration lease);
  void WatchMemory();

  // any thread
  void PublishStatus(const char* state, const nl::json& parent);
  void Post(std::function<void()> job);
  void PostAnswer(xeus::xmessage message);

  // xeus::xserver
  xeus::xcontrol_messenger& get_control_messenger_impl() override { return *this; }
  void send_shell_impl(xeus::xmessage message) override;
  void send_control_impl(xeus::xmessage message) override;
  void send_stdin_impl(xeus::xmessage message) override { wire_.Send(wire_.stdin_, std::move(message)); }
  void publish_impl(xeus::xpub_message message, xeus::channel channel) override;
  void start_impl(xeus::xpub_message message) override;
  void abort_queue_impl(const listener&, long) override {}  // AbortWaiting() does it
  void stop_impl() override;
  void update_config_impl(xeus::xconfiguration&) const override {}  // every address is given by the connection file
  nl::json send_to_shell_impl(const nl::json&) override { return nl::json::object(); }  // xeus' own debugger is not used

  // Debugged (server_debug.cc)
  void OnMain(const std::string& what, const nl::json& request, std::function<void(nl::json)> done) override;
  nl::json AtOnce(const std::string& what, const nl::json& request) override;
  void Cut() override;
  void PublishDebugEvent(const nl::json& event, const nl::json& parent) override;
  std::string CellFile(const std::string& code) override;
  nl::json CellFiles() override;

  Wire wire_;
  Outputs outputs_;
  Questions questions_;
  Debugger debugger_{*this};
  py::object main_;
  RelayWatch watch_;
  std::function<void()> begun_;

  // main thread
  Request request_;                    // the one being dispatched
  int execution_count_ = 0;            // its number, if it is an execute_request
  bool stop_on_error_ = true;
  bool abort_ = false;                 // it failed: what waits is aborted after it
  std::deque<zmq::multipart_t> waiting_;
  std::string received_;               // the header of the newest message on shell
  TimerFd slice_;
  std::thread control_, side_;

  // control thread
  bool control_answered_ = false;
  std::string door_;  // of the relay that attached last

  // between threads
  EventFd wake_, quit_, answers_ready_;
  std::atomic<bool> stop_{false}, stop_idle_{false};
  std::atomic<bool> dispatching_{false};   // a request is served
  std::atomic<bool> runs_{false};          // a cell, and it is not answered yet
  std::atomic<bool> leaving_{false};       // it ends when the main thread gets to it: nobody can attach any more
  std::atomic<bool> orphan_{false};        // no relay
  std::atomic<std::chrono::steady_clock::rep> served_{0};  // when the last request was answered
  std::mutex running_mutex_;
  nl::json running_;                       // under it: {header, code, execution_count} of the cell that runs, else null
  std::mutex watch_mutex_;
  std::optional<RelayWatch> next_watch_;   // under it: of the relay that attached
  EventFd relay_changed_;
  TimerFd memory_due_;                     // while a cell runs: time to look
  Nudge nudge_;
  std::atomic<bool> memory_low_{false};
  std::atomic<std::uint64_t> memory_limit_{0};
  std::string safe_;                       // under running_mutex_
  std::atomic<bool> control_busy_{false};  // raised before stop_idle_, so that the main thread cannot miss both
  std::mutex jobs_mutex_;
  std::deque<std::function<void()>> jobs_;
  std::mutex answers_mutex_;
  std::deque<xeus::xmessage> answers_;
  Started ends_;    // under answers_mutex_: the end that was asked for, until the engine goes on
  Started insist_;  // under it: what Terminate() wants of the control thread
};

}  // namespace ferry::engine
