#include "kernel/engine/server.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <utility>

#include "util/check.h"
#include "util/memory.h"
#include "util/signals_blocked.h"

namespace ferry::engine {
namespace {

Server* current = nullptr;

constexpr double kDebuggerEndsWithin = 5;  // seconds
constexpr int kCannotGoOn = 70;  // exit status, by which the relay knows that the log says why (kernel/relay/relay_engine.cc)

bool IsForPython(const std::string& type) { return type.starts_with("comm_"); }

xeus::xmessage WithContent(const xeus::xmessage& message, nl::json content) {
  return xeus::xmessage(message.identities(), nl::json(message.header()), nl::json(message.parent_header()),
                        nl::json(message.metadata()), std::move(content), xeus::buffer_sequence());
}

}  // namespace

Server* Server::Current() { return current; }

Server::Server(const xeus::xconfiguration& config, nl::json::error_handler_t error_handler)
    : wire_(config, error_handler), outputs_(wire_), questions_(wire_) {
  CHECK(current == nullptr);
  current = this;
}

Server::~Server() { current = nullptr; }

void Server::Serve(py::object main, RelayWatch watch, std::function<void()> begun) {
  main_ = std::move(main);
  watch_ = std::move(watch);
  begun_ = std::move(begun);
  wire_.Follow(watch_.relay);
}

void Server::start_impl(xeus::xpub_message message) {
  CHECK(main_);
  begun_();
  wire_.Introduce(message.header());
  wire_.Publish(std::move(message));
  main_.attr("attach")(wire_.shell.get(zmq::sockopt::fd), wake_.fd(), py::cpp_function([this] { return ShellReady(); }));
  StartThreads();
  try {
    while (!stop_) {
      RunJobs();
      if (stop_) break;
      bool more = true;
      if (!waiting_.empty() || ShellReady()) ServeOne();
      else more = IdleSlice();
      main_.attr("turn")(!more);
    }
  } catch (std::exception& error) {
    CannotGoOn(error.what());
  }
  outputs_.Flush();
  StopThreads();
  py::gil_scoped_release released;
  if (!debugger_.End(kDebuggerEndsWithin)) ::_exit(0);  // it may wait for debugpy for ever; what was to be saved is saved
}

void Server::CannotGoOn(const std::string& what) {
  try {
    outputs_.Flush();
    main_.attr("cannot_go_on")(what);
  } catch (std::exception&) {  // then the status alone has to do
  }
  ::_exit(kCannotGoOn);
}

void Server::StartThreads() {
  SignalsBlocked none;
  control_ = std::thread(&Server::RunControl, this);
  side_ = std::thread(&Server::RunSide, this);
}

void Server::StopThreads() {
  quit_.Set();
  py::gil_scoped_release released;
  control_.join();
  side_.join();
  quit_.Clear();
}

bool Server::Receive(zmq::multipart_t& wire) {
  if (!wire.recv(wire_.shell, ZMQ_DONTWAIT)) return false;
  for (std::size_t i = 0; i + 2 < wire.size(); ++i) {
    if (wire[i].to_string_view() == "<IDS|MSG>") received_ = wire[i + 2].to_string();
  }
  return true;
}

// True: come back soon. While the control thread is at work it may want the GIL, so no work is begun that keeps it.
bool Server::IdleSlice() {
  if (control_busy_) return false;  // it wakes us when it is through
  stop_idle_ = false;
  if (control_busy_) return false;
  {
    std::lock_guard<std::mutex> lock(jobs_mutex_);
    if (!jobs_.empty()) return true;
  }
  if (ShellReady()) return true;
  return main_.attr("idle_slice")().cast<bool>();
}

void Server::ServeOne() {
  zmq::multipart_t wire;
  if (!waiting_.empty()) {
    wire = std::move(waiting_.front());
    waiting_.pop_front();
  } else if (!Receive(wire)) {
    return;
  }
  try {
    xeus::xmessage message = wire_.Parse(wire);
    std::string type = message.header().value("msg_type", "");
    request_ = {message.identities(), message.header(), false};
    Dispatch(type, std::move(message));
  } catch (std::exception& error) {
    std::cerr << "unreadable message on shell: " << error.what() << std::endl;
  }
  if (abort_) AbortWaiting();
}

void Server::Dispatch(const std::string& type, xeus::xmessage message) {
  std::string fault = "no answer to " + type;
  dispatching_ = true;
  runs_ = type == "execute_request";
  try {
    const std::string header = message.header().dump();
    if (type == "execute_request") {
      stop_on_error_ = message.content().value("stop_on_error", true) && !message.content().value("silent", false);
      outputs_.SetCurrent(header);
    }
    execution_count_ = main_.attr("enter")(type, header, message.metadata().dump(), message.content().value("silent", false),
                                           message.content().value("store_history", true)).cast<int>();
    if (type == "execute_request") {
      std::lock_guard<std::mutex> lock(running_mutex_);
      running_ = {{"header", message.header()}, {"code", message.content().value("code", "")}, {"execution_count", execution_count_},
                  {"silent", message.content().value("silent", false)}};
      memory_due_.Arm(kMemoryEvery);
      if (message.content().value("allow_stdin", true)) questions_.Ask(Questions::Cell{message.identities(), message.header()});
    }
    if (IsForPython(type)) AnswerInPython(type, message);
    else notify_shell_listener(std::move(message));
  } catch (std::exception& error) {
    fault = error.what();
  }
  if (InForkedChild()) ::_exit(0);  // os.fork() in a cell: the child has come to the cell's end
  const std::string reply = ReplyType(type);
  if (!request_.answered && !reply.empty())
    send_shell(wire_.Answer(request_.identities, request_.header, reply,
                            {{"status", "error"}, {"ename", "KernelError"}, {"evalue", fault}, {"traceback", nl::json::array()}}));
  for (;;) {
    try {
      main_.attr("leave")();
      memory_due_.Arm(0);
      debugger_.CellIsOver();
      if (!orphan_) wire_.Keep(false);
      served_ = std::chrono::steady_clock::now().time_since_epoch().count();
      dispatching_ = runs_ = false;
      return;
    } catch (py::error_already_set&) {  // an interrupt that came late
    }
  }
}

void Server::AnswerInPython(const std::string& type, const xeus::xmessage& message) {
  PublishStatus("busy", request_.header);
  try {
    py::list buffers;
    for (const xeus::binary_buffer& buffer : message.buffers()) buffers.append(py::bytes(buffer.data(), buffer.size()));
    py::object answer = main_.attr("answer")(type, message.header().dump(), message.metadata().dump(),
                                             message.content().dump(), buffers);
    if (!answer.is_none())
      send_shell(wire_.Answer(request_.identities, request_.header, ReplyType(type),
                              nl::json::parse(answer.cast<std::string>())));
  } catch (...) {
    PublishStatus("idle", request_.header);
    throw;
  }
  PublishStatus("idle", request_.header);
}

void Server::PublishStatus(const char* state, const nl::json& parent) {
  outputs_.Flush();
  const std::string content = nl::json{{"execution_state", state}}.dump(), header = parent.dump();
  wire_.Publish({.type = "status", .content = content, .parent = header});
}

// What waited when a cell failed is aborted; what the client sends after it has seen the error is not. So the queue is
// taken before the error reply goes out (send_shell_impl), and answered after it.
void Server::AbortWaiting() {
  abort_ = false;
  for (zmq::multipart_t& wire : std::exchange(waiting_, {})) {
    try {
      zmq::multipart_t copy = wire.clone();
      const xeus::xmessage message = wire_.Parse(copy);
      if (message.header().value("msg_type", "") != "execute_request") {
        waiting_.push_back(std::move(wire));
        continue;
      }
      PublishStatus("busy", message.header());
      wire_.Send(wire_.shell, wire_.Answer(message.identities(), message.header(), "execute_reply", {{"status", "aborted"}}));
      PublishStatus("idle", message.header());
    } catch (std::exception& error) {
      std::cerr << "unreadable message on shell: " << error.what() << std::endl;
    }
  }
}

void Server::send_shell_impl(xeus::xmessage message) {
  if (InForkedChild()) return;
  outputs_.Drain();
  outputs_.Flush();
  request_.answered = true;
  runs_ = false;
  if (message.header().value("msg_type", "") == "execute_reply") {
    questions_.Ask(std::nullopt);
    nl::json content = message.content();
    content["execution_count"] = execution_count_;  // xeus counts for itself and cannot be told; IPython's is the truth
    abort_ = stop_on_error_ && content.value("status", "") == "error";
    message = WithContent(message, std::move(content));
    zmq::multipart_t wire;
    while (abort_ && ShellReady() && Receive(wire)) waiting_.push_back(std::exchange(wire, {}));
    std::lock_guard<std::mutex> lock(running_mutex_);
    running_ = nullptr;
  }
  wire_.Send(wire_.shell, std::move(message));
}

void Server::publish_impl(xeus::xpub_message message, xeus::channel channel) {
  if (channel == xeus::channel::SHELL) outputs_.Flush();
  if (message.header().value("msg_type", "") == "execute_input") {
    nl::json content = message.content();
    content["execution_count"] = execution_count_;
    message = xeus::xpub_message(message.topic(), nl::json(message.header()), nl::json(message.parent_header()),
                                 nl::json(message.metadata()), std::move(content), xeus::buffer_sequence());
  }
  wire_.Publish(std::move(message));
}

std::string Server::ReadStdin(const std::string& prompt, bool password) {
  if (InForkedChild()) throw std::runtime_error("a child process cannot ask the front end");
  outputs_.Drain();
  outputs_.Flush();
  // A signal just before poll() blocks would wait with it: Python's C handler also writes to signal_fd.
  const bool main = ::gettid() == ::getpid();
  const int signals = main ? main_.attr("signal_fd").cast<int>() : -1;
  Question question(questions_, prompt, password, /*of_thread=*/!main);
  while (question.state() == Question::kOpen) {
    {
      py::gil_scoped_release released;
      question.Wait(signals);
    }
    if (!main) continue;
    main_.attr("drain_signals")();
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  if (question.state() == Question::kAnswered) return question.answer();
  if (question.state() == Question::kInterrupted) PyErr_SetNone(PyExc_KeyboardInterrupt);
  else if (question.state() == Question::kNoCell) PyErr_SetString(PyExc_EOFError, "input() has nobody to ask: no cell runs");
  else PyErr_SetString(PyExc_EOFError, "input() has nobody to ask: the front end has gone");
  throw py::error_already_set();
}

py::dict Server::Memory(std::uint64_t limit) {
  using namespace pybind11::literals;
  memory_limit_ = limit;
  const ferry::Memory memory = LookAtMemory(limit);
  const bool news = memory.Low() && !memory_low_.exchange(true);
  if (!memory.Low()) memory_low_ = false;
  return py::dict("limit"_a = memory.limit, "left"_a = memory.left, "container"_a = memory.container, "low"_a = memory.Low(),
                  "used"_a = ResidentBytes(), "news"_a = news);
}

void Server::SetSafe(std::string text) {
  std::lock_guard<std::mutex> lock(running_mutex_);
  safe_ = std::move(text);
}

py::object Server::TakeUnseen() {
  outputs_.Drain();
  outputs_.Flush();
  auto [messages, forgotten] = wire_.TakeUnseen();
  if (messages.empty()) return py::none();
  py::list list;
  for (const Unseen& m : messages) list.append(py::make_tuple(m.type, m.content, m.parent));
  return py::make_tuple(list, forgotten);
}

void Server::Post(std::function<void()> job) {
  {
    std::lock_guard<std::mutex> lock(jobs_mutex_);
    jobs_.push_back(std::move(job));
  }
  stop_idle_ = true;
  wake_.Set();
}

void Server::RunJobs() {
  for (;;) {
    std::function<void()> job;
    {
      std::lock_guard<std::mutex> lock(jobs_mutex_);
      if (jobs_.empty() || stop_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

bool Server::RunJobsWithin(double seconds) {
  const auto waiting = [this] {
    std::lock_guard<std::mutex> lock(jobs_mutex_);
    return !jobs_.empty();
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!waiting()) {  // the control thread wakes this one for other reasons, too
    const std::chrono::duration<double, std::milli> left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) return false;
    {
      pollfd item{wake_.fd(), POLLIN, 0};
      py::gil_scoped_release released;
      (void)::poll(&item, 1, static_cast<int>(left.count()) + 1);
      wake_.Clear();
    }
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  RunJobs();
  return true;
}

nl::json Server::CallMain(const char* method, const std::string& type, const nl::json& content) {
  try {
    return nl::json::parse(main_.attr(method)(type, content.dump()).cast<std::string>());
  } catch (std::exception& error) {
    return {{"status", "error"}, {"code", "kPython"}, {"what", error.what()}, {"remedy", ""}};
  }
}

void Server::stop_impl() {
  questions_.End();
  stop_ = true;
  stop_idle_ = true;
  wake_.Set();
}

}  // namespace ferry::engine
