#include "kernel/engine/debugger.h"

#include <poll.h>
#include <sys/prctl.h>

#include <utility>

#include "kernel/engine/debug_messages.h"
#include "util/signals_blocked.h"

namespace ferry::engine {

Debugger::~Debugger() {
  if (thread_.joinable()) thread_.join();
}

void Debugger::Ask(nl::json header, nl::json request, Answer answer) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (stuck_) {
    const std::string command = busy_with_;
    lock.unlock();
    return answer(Refusal(request, "the debugger has not answered '" + command + "' yet"));
  }
  const int number = ++numbers_;
  std::optional<Clock::time_point> deadline;
  if (!RunsUserCode(Command(request))) deadline = FromNow(patience_);
  open_[number] = {request, std::move(answer), deadline};
  Arm();
  waiting_.push_back({number, std::move(header), std::move(request)});
  if (!thread_.joinable() && !over_) {
    const SignalsBlocked none;
    ended_ = false;
    thread_ = std::thread(&Debugger::Run, this);
  }
  wake_.Set();
}

void Debugger::Overdue() {
  std::deque<Open> refused;
  std::string command;
  bool cut = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    due_.Clear();
    const auto now = Clock::now();
    cut = cut_at_ && *cut_at_ <= now;
    if (cut) NextCut();
    for (auto it = open_.begin(); it != open_.end();) {
      if (!for_main_ && it->second.deadline && *it->second.deadline <= now) {
        refused.push_back(std::move(it->second));
        it = open_.erase(it);
      } else {
        ++it;
      }
    }
    Arm();
    command = busy_with_;
    if (!refused.empty() && !busy_with_.empty()) stuck_ = true;
  }
  if (cut) engine_.Cut();
  for (const Open& open : refused)
    open.answer(Refusal(open.content, "the debugger did not answer '" + (command.empty() ? Command(open.content) : command) + "' within " +
                                          std::to_string(static_cast<int>(patience_)) + " seconds"));
}

void Debugger::Interrupt() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!cut_at_) return;
    second_try_ = false;
    NextCut();
    Arm();
  }
  engine_.Cut();
}

void Debugger::CellIsOver() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!thread_.joinable()) return;
  }
  Later([this] { stopped_.erase(main_thread_); });
}

bool Debugger::End(double seconds) {
  std::unique_lock<std::mutex> lock(mutex_);
  over_ = true;
  wake_.Set();
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return ended_; });
}

void Debugger::Settle(int number, nl::json reply) {
  Answer answer;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto open = open_.find(number);
    if (open == open_.end()) return;  // refused meanwhile
    answer = std::move(open->second.answer);
    open_.erase(open);
    Arm();
  }
  answer(std::move(reply));
}

void Debugger::Later(std::function<void()> step) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    steps_.push_back(std::move(step));
  }
  wake_.Set();
}

Debugger::Clock::time_point Debugger::FromNow(double seconds) {
  return Clock::now() + std::chrono::ceil<Clock::duration>(std::chrono::duration<double>(seconds));
}

// pydevd asks a value whose text fails once more, by `repr` after `str`.
void Debugger::NextCut() {
  second_try_ = !second_try_;
  cut_at_ = FromNow(second_try_ ? one_value_ * kSecondTry : one_value_);
}

// While the main thread is waited for nothing is overdue.
void Debugger::Arm() {
  std::optional<Clock::time_point> next;
  for (const auto& [number, open] : open_)
    if (open.deadline && (!next || *open.deadline < *next)) next = open.deadline;
  if (cut_at_ && (!next || *cut_at_ < *next)) next = cut_at_;
  if (!next) return due_.Arm(0);
  due_.Arm(for_main_ ? patience_ : std::max(std::chrono::duration<double>(*next - Clock::now()).count(), 0.001));
}

nl::json Debugger::AtOnce(const Request& request) {
  const auto until = [this](std::optional<Clock::time_point> moment) {
    std::lock_guard<std::mutex> lock(mutex_);
    second_try_ = false;
    cut_at_ = moment;
    Arm();
  };
  until(FromNow(one_value_));
  nl::json answer = engine_.AtOnce(Command(request.content), request.content);
  until(std::nullopt);
  return answer;
}

// From here to Release() no other request is begun.
void Debugger::Hold(bool for_main) {
  held_until_.reset();
  if (!for_main) held_until_ = FromNow(patience_);
  std::lock_guard<std::mutex> lock(mutex_);
  if (for_main_ && !for_main) {
    for (auto& [number, open] : open_)
      if (open.deadline) open.deadline = held_until_;
  }
  held_ = true;
  for_main_ = for_main;
  Arm();
}

void Debugger::Release() {
  held_until_.reset();
  std::lock_guard<std::mutex> lock(mutex_);
  held_ = for_main_ = stuck_ = false;
  busy_with_.clear();
}

void Debugger::Run() {
  ::prctl(PR_SET_NAME, "ferry-debugger");
  for (;;) {
    std::optional<Request> request;
    std::deque<std::function<void()>> steps;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (over_) break;
      steps.swap(steps_);
      if (steps.empty() && !held_ && !waiting_.empty()) {
        request = std::move(waiting_.front());
        waiting_.pop_front();
        busy_with_ = Command(request->content);
      }
    }
    for (const auto& step : steps) step();
    if (request) {
      Handle(*request);
      std::lock_guard<std::mutex> lock(mutex_);
      if (!held_) {
        busy_with_.clear();
        stuck_ = false;
      }
    }
    if (request || !steps.empty()) continue;
    pollfd items[] = {{wake_.fd(), POLLIN, 0}, {client_ ? client_->fd() : -1, static_cast<short>(client_ && client_->sending() ? POLLIN | POLLOUT : POLLIN), 0}};
    int wait = -1;
    if (held_until_) wait = static_cast<int>(std::max<long>(0, std::chrono::ceil<std::chrono::milliseconds>(*held_until_ - Clock::now()).count()));
    (void)::poll(items, 2, wait);
    if (items[0].revents) {
      wake_.Clear();
      continue;  // a cell's end comes before what was stopped in the next one
    }
    if (items[1].revents & POLLOUT) client_->Flush();
    if (items[1].revents & ~POLLOUT) Receive();
    if (held_until_ && Clock::now() >= *held_until_) Close("debugpy does not answer");
  }
  client_.reset();  // which lets go what is stopped
  eldest_.reset();
  std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Debugger::Receive() {
  Result<std::vector<nl::json>> messages = client_->Receive();
  if (!messages) return Close(messages.error().what);
  for (nl::json& message : *messages)
    if (client_) Hear(std::move(message));
}

void Debugger::Close(const std::string& why) {
  const bool told = !attached_;
  client_.reset();
  attached_ = false;
  capabilities_ = nullptr;
  stopped_.clear();
  breakpoints_.clear();
  Release();
  for (auto& [seq, asked] : std::exchange(asked_, {})) Settle(asked.first.number, Refusal(asked.first.content, why));
  if (!told) engine_.PublishDebugEvent({{"type", "event"}, {"seq", 0}, {"event", "terminated"}}, parent_);
}

void Debugger::Forward(const Request& request, nl::json message, Then then) {
  message["seq"] = ++seq_;
  message["type"] = "request";
  asked_[seq_] = {request, std::move(then)};
  client_->Send(message);
}

void Debugger::Hear(nl::json message) {
  const std::string type = Text(message, "type");
  if (type == "event") return HearEvent(message);
  if (type == "request")
    return client_->Send({{"type", "response"}, {"seq", ++seq_}, {"request_seq", message.value("seq", 0)}, {"success", false},
                          {"command", Command(message)}, {"message", "this front end has no such thing"}});
  const auto found = asked_.find(message.value("request_seq", 0));
  if (found == asked_.end()) return;
  const auto [request, then] = std::move(found->second);
  asked_.erase(found);
  message["request_seq"] = request.content.value("seq", 0);
  message["command"] = Command(request.content);
  if (then) then(std::move(message));
  else Settle(request.number, std::move(message));
}

void Debugger::HearEvent(const nl::json& event) {
  const std::string name = Text(event, "event");
  const nl::json body = Object(event, "body");
  if (name == "initialized") {
    client_->Send({{"type", "request"}, {"seq", ++seq_}, {"command", "configurationDone"}, {"arguments", nl::json::object()}});
  } else if (name == "stopped") {
    stopped_.insert(body.value("threadId", 0));
    if (main_thread_ == 0)
      Forward({0, nullptr, {{"command", "threads"}}}, {{"command", "threads"}, {"arguments", nl::json::object()}}, [this](const nl::json& reply) {
        for (const nl::json& thread : Object(reply, "body").value("threads", nl::json::array()))
          if (Text(thread, "name") == "MainThread") main_thread_ = thread.value("id", 0);
      });
  } else if (name == "continued") {
    if (body.value("allThreadsContinued", true)) stopped_.clear();
    else stopped_.erase(body.value("threadId", 0));
  }
  engine_.PublishDebugEvent(event, parent_);
}

}  // namespace ferry::engine
