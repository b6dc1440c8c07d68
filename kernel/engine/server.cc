#include "kernel/engine/server.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "util/check.h"
#include "util/memory.h"
#include "util/signals_blocked.h"

namespace ferry::engine {
namespace {

Server* current = nullptr;

constexpr double kDebuggerEndsWithin = 5;  // seconds
constexpr int kCannotGoOn = 70;  // exit status, by which the relay knows that the log says why (kernel/relay/relay_engine.cc)

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
  return main_.attr("idle_slice")().cast<bool>() || ShellReady();  // it may have asked, on an interrupt
}

void Server::PublishStatus(const char* state, const nl::json& parent) {
  outputs_.Flush();
  const std::string content = nl::json{{"execution_state", state}}.dump(), header = parent.dump();
  wire_.Publish({.type = "status", .content = content, .parent = header});
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
