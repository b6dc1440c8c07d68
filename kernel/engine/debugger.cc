#include "kernel/engine/debugger.h"

#include <sys/prctl.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <utility>

#include "xeus/xsystem.hpp"

namespace ferry::engine {
namespace {

constexpr char kName[] = "ferry-debugger";  // of the thread, and of those that it starts: the system passes names on
constexpr std::chrono::seconds kClientEnds{5};

// xeus' debugger tells std::clog what it does, which would stand below the user's cell.
class Untold {
 public:
  Untold() : before_(std::clog.rdbuf(nullptr)) {}
  ~Untold() {
    std::clog.rdbuf(before_);
    std::clog.clear();
  }

 private:
  std::streambuf* before_;
};

nl::json Response(const nl::json& request, bool success) {
  return {{"type", "response"}, {"seq", 0}, {"request_seq", request.value("seq", 0)}, {"success", success},
          {"command", request.value("command", "")}, {"body", nl::json::object()}};
}

nl::json Refusal(const nl::json& request, const std::string& why) {
  nl::json reply = Response(request, false);
  const std::string command = reply["command"];
  if (command == "inspectVariables" || command == "variables") reply["body"]["variables"] = nl::json::array();  // JupyterLab looks for them all the same
  reply["message"] = why;
  return reply;
}

// The file of a cell is there also before anything is attached: JupyterLab asks for it when it sees an engine that is new.
nl::json DumpCell(const nl::json& request) {
  const std::string code = request.value("arguments", nl::json::object()).value("code", "");
  const std::string folder = xeus::get_tmp_prefix("xpython"), path = xeus::get_cell_tmp_file(folder, code, ".py");
  xeus::create_directory(folder);
  if (!(std::ofstream(path) << code).flush()) return Refusal(request, path + " cannot be written");
  nl::json reply = Response(request, true);
  reply["body"]["sourcePath"] = path;
  return reply;
}

// What debugpy never answers while nothing is stopped.
bool Resumes(const std::string& command) {
  return std::set<std::string>{"continue", "next", "stepIn", "stepOut"}.contains(command);
}

int ThreadsOfName() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    if (std::getline(std::ifstream(task.path() / "comm"), name) && name == kName) ++count;
  }
  return count;
}

// xeus' debugger speaks to debugpy in a thread that it starts when it is initialized and lets go. That goes on for a moment
// after the answer to `disconnect`; the next one uses the same sockets, and two at a time lose answers or end the process.
void WaitForClientsEnd() {
  for (const auto until = std::chrono::steady_clock::now() + kClientEnds; ThreadsOfName() > 1 && std::chrono::steady_clock::now() < until;)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

Debugger::Debugger(std::unique_ptr<xeus::xdebugger> debugger, double patience) : debugger_(std::move(debugger)), patience_(patience) {}

Debugger::~Debugger() {
  if (thread_.joinable()) thread_.join();
}

void Debugger::Ask(nl::json header, nl::json request, Answer answer) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (busy_ && !current_.answer) {
    const std::string stuck = current_.content.value("command", "");
    lock.unlock();
    return answer(Refusal(request, "the debugger has not answered '" + stuck + "' yet"));
  }
  waiting_.push_back({std::move(header), std::move(request), std::move(answer)});
  if (!thread_.joinable() && !over_) {
    ended_ = false;
    thread_ = std::thread(&Debugger::Run, this);
  }
  changed_.notify_all();
}

void Debugger::Overdue() {
  std::deque<Request> refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    due_.Clear();
    if (!busy_ || !current_.answer) return;
    if (for_main_) return due_.Arm(patience_);
    refused = std::exchange(waiting_, {});
    refused.push_front({current_.header, current_.content, std::exchange(current_.answer, nullptr)});
  }
  const std::string stuck = refused.front().content.value("command", "");
  for (const Request& request : refused)
    request.answer(Refusal(request.content, "the debugger did not answer '" + stuck + "' within " + std::to_string(static_cast<int>(patience_)) + " seconds"));
}

Debugger::ForMain::~ForMain() {
  debugger_.for_main_ = false;
  debugger_.due_.Arm(debugger_.patience_);
}

bool Debugger::End(double seconds) {
  std::unique_lock<std::mutex> lock(mutex_);
  over_ = true;
  changed_.notify_all();
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return ended_; });
}

void Debugger::Run() {
  ::prctl(PR_SET_NAME, kName);
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return over_ || !waiting_.empty(); });
    if (over_) break;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    due_.Arm(patience_);
    lock.unlock();
    nl::json reply = Reply(current_.header, current_.content);  // Overdue() takes nothing but the answer
    lock.lock();
    due_.Arm(0);
    busy_ = false;
    if (Answer answer = std::exchange(current_.answer, nullptr)) {
      lock.unlock();
      answer(std::move(reply));
      lock.lock();
    }
  }
  ended_ = true;
  changed_.notify_all();
}

// A page whose engine is another one now goes on asking what xeus' debugger does not survive without being attached.
nl::json Debugger::Reply(const nl::json& header, const nl::json& request) {
  const std::string command = request.value("command", "");
  if (command == "dumpCell") return DumpCell(request);
  if (!attached_ && command != "initialize" && command != "attach" && command != "debugInfo")
    return command == "disconnect" ? Response(request, true) : Refusal(request, "the debugger is not attached");
  try {
    const Untold untold;
    if (Resumes(command) && !stopped_.exchange(false)) return Refusal(request, "no thread is stopped");
    nl::json reply = debugger_->process_request(header, request);
    if (reply.empty()) return Refusal(request, "the debugger was not initialized");
    if (!reply.value("success", false)) {
      if (Resumes(command)) stopped_ = true;
    } else if (command == "attach" || command == "disconnect") {
      attached_ = command == "attach";
      stopped_ = false;
      if (!attached_) WaitForClientsEnd();
    }
    return reply;
  } catch (std::exception& error) {
    return Refusal(request, error.what());
  }
}

}  // namespace ferry::engine
