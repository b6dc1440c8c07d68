// The front ends' side: what they say on shell, control and stdin, and what is answered here, without an engine.
#include "kernel/relay/answers.h"
#include "kernel/relay/relay.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHoldStatus{5000};    // how long the engine has for an answer about itself
constexpr milliseconds kHoldInfo{10000};     // how long a kernel_info_request waits for the first engine

constexpr std::int64_t kStaleFor = 30'000'000;  // microseconds after our start; a client whose clock is wrong is heard again after them

constexpr const char* kAborted = R"({"status":"aborted"})";

}  // namespace

// A message that an engine may have. What is signed and cannot be read comes from a front end of the user's, which is told.
std::optional<Message> Relay::Verified(Socket& channel, Frames frames) {
  auto message = Message::Parse(std::move(frames));
  if (message && !message->SignedBy(signer_)) message.reset();
  const bool readable = message && message->Readable();
  if (message && !readable && !message->HeaderReadable()) message.reset();
  if (!message) {
    Log("dropped a message that is malformed or not signed with this kernel's key");
  } else if (!readable) {
    Log("refused a " + message->type() + ": its headers, metadata or content are no JSON objects, or nested too deep");
    if (message->IsRequest()) voice_.Refuse(channel, Keep(*message), Unreadable(*message), queue_.running());
    message.reset();
  }
  return message;
}

// A manager that replaces a kernel keeps its ports, and first tells the old process to interrupt its cell or to end. Where
// that one has died, ZeroMQ hands the message to whoever listens there next, and the cell that an adopted engine runs on
// would be interrupted, or the new kernel would end. Such a message is older than this process.
bool Relay::MeantForAnother(const Message& message) const {
  if (!message.Is("interrupt_request") && !message.Is("shutdown_request")) return false;
  if (!process_start_ || NowMicros() > *process_start_ + kStaleFor) return false;
  auto written = ParseDate(message.date());
  return written && *written < *process_start_;
}

void Relay::OnShell(Frames frames) {
  auto message = Verified(front_->shell, std::move(frames));
  if (!message) return;
  if (message->Is("kernel_info_request")) return AnswerKernelInfo(front_->shell, *message);
  if (message->Is("shutdown_request")) {
    bool restart = FlagAt(message->Content(), "restart", false);
    Sent request = Keep(*message);
    voice_.Reply(front_->shell, request, Text({{"status", "ok"}, {"restart", restart}}));
    return Shutdown(restart);
  }
  if (AnswerFerryComm(*message)) return;
  bool execute = message->Is("execute_request");
  if (leaving_ && execute) return voice_.Answer(front_->shell, Keep(*message), kAborted, queue_.running());
  if (!failure_.empty() || leaving_) {
    if (message->IsRequest()) {
      Sent request = Keep(*message);
      std::string why = leaving_ ? "The kernel is shutting down." : failure_;
      voice_.Refuse(front_->shell, request, NoEngine(request, why, Tail(dir_.Log(), kLogTail)), queue_.running());
    }
    return;
  }
  if (asleep_ && message->Is("comm_info_request")) {  // a page that is merely opened wakes nobody
    return voice_.Answer(front_->shell, Keep(*message), R"({"status":"ok","comms":{}})", nullptr);
  }
  queue_.Push(std::move(*message));
  if (asleep_) StartEngine(Start::kWake);
  Pump();
}

void Relay::OnControl(Frames frames) {
  auto message = Verified(front_->control, std::move(frames));
  if (!message) return;
  if (message->Is("kernel_info_request")) return AnswerKernelInfo(front_->control, *message);
  if (MeantForAnother(*message)) return voice_.Answer(front_->control, Keep(*message), Text(ForAnother(*message)), queue_.running());
  if (message->Is("shutdown_request")) {
    bool restart = FlagAt(message->Content(), "restart", false);
    json content = {{"status", "ok"}, {"restart", restart}};
    voice_.Answer(front_->control, Keep(*message), Text(content), queue_.running());
    voice_.Publish("shutdown_reply", message->header(), content);
    return Shutdown(restart);
  }
  if (message->Is("ferry_front_request")) {
    return voice_.Answer(front_->control, Keep(*message), Text(AnswerFront(message->Content())), queue_.running());
  }
  if (message->Is("ferry_migrate_request")) return WantMove(message->Content(), Keep(*message));
  if (move_ && (move_holds_ || !queue_.running()) && message->Is("interrupt_request")) {
    voice_.Answer(front_->control, Keep(*message), R"({"status":"ok"})", queue_.running());
    return move_->Abort({Code::kAborted, "interrupted", ""});
  }
  if (AnswerStatus(*message)) return;
  if (ready()) {
    if (message->IsRequest()) owed_control_.Note(*message);
    return engine_->SendControl(std::move(*message).Take());
  }
  if (!message->IsRequest()) return;
  Sent request = Keep(*message);
  auto answer = [&](const json& content) { voice_.Answer(front_->control, request, Text(content), queue_.running()); };
  if (message->Is("interrupt_request")) {
    answer({{"status", "ok"}});
    return Abort(queue_.TakeExecutes());  // what was to be interrupted has not begun
  }
  if (asleep_ && message->Is("debug_request") && StringAt(message->Content(), "command") == "debugInfo") {
    return answer(NoDebugger(message->Content()));  // an open notebook asks, and wakes nobody by it
  }
  bool comes = failure_.empty() && !asleep_ && !leaving_ && !message->type().starts_with("ferry_");
  if (comes) return held_control_.push_back(std::move(*message));
  answer(NoEngine(request, failure_.empty() ? "No engine is ready." : failure_, ""));
}

void Relay::OnStdin(Frames frames) {
  auto message = Verified(front_->stdin_, std::move(frames));
  if (!message || inputs_ == 0 || !ready()) return;  // an answer to a question of an engine that is gone
  --inputs_;
  engine_->SendStdin(std::move(*message).Take());
}

void Relay::AnswerKernelInfo(Socket& channel, const Message& request) {
  if (kernel_info_.empty() && failure_.empty() && !leaving_) {
    if (held_infos_.empty()) timers_.Set(Timer::kHeldInfo, kHoldInfo);
    held_infos_.emplace_back(&channel, Keep(request));
    return;
  }
  std::string content = kernel_info_.empty() ? Text(FallbackKernelInfo()) : kernel_info_;
  voice_.Answer(channel, Keep(request), content, queue_.running());
}

bool Relay::AnswerFerryComm(const Message& message) {
  if (!message.type().starts_with("comm_") || message.IsRequest()) return false;
  json content = message.Content();
  std::string id = StringAt(content, "comm_id");
  if (message.Is("comm_open") && StringAt(content, "target_name") == "ferry") comms_.insert(id);
  if (!comms_.contains(id)) return false;
  voice_.Status("busy", message.header());
  if (message.Is("comm_close")) {
    comms_.erase(id);
  } else {
    std::string op = content["data"].is_object() ? StringAt(content["data"], "op") : "";
    if (op == "status") {
      voice_.Publish("comm_msg", message.header(), {{"comm_id", id}, {"data", {{"op", op}, {"result", Status()}}}});
    } else if (!op.empty()) {
      json error = ControlError("invalid", "unknown op " + op, "known: status");
      voice_.Publish("comm_msg", message.header(), {{"comm_id", id}, {"data", {{"op", op}, {"result", error}}}});
    }
  }
  voice_.Status("idle", message.header());
  if (queue_.running()) voice_.Status("busy", queue_.running()->header);
  return true;
}

json Relay::Status() {
  const char* state = !failure_.empty() ? "failed"
                      : asleep_         ? "asleep"
                      : imaging_ || holds() ? "imaging"
                      : !ready()        ? "starting"
                      : queue_.running() ? "busy"
                                         : "idle";
  json status = {{"v", 1},           {"epoch", engines_},          {"status", "ok"},
                 {"engine", state},  {"session", choice_.sid}, {"anonymous", nullptr},
                 {"pid", nullptr},   {"queued", queue_.waiting()},  {"running", nullptr},
                 {"relay_pid", ::getpid()}};
  if (!choice_.anonymous.empty()) status["anonymous"] = choice_.anonymous;
  if (engine_) status["pid"] = engine_->pid();
  if (Sent* cell = queue_.running()) status["running"] = {{"cell", cell->cell}, {"execution_count", cell->execution_count}};
  return status;
}

// The engine knows more than this relay does, but answers between cells only.
bool Relay::AnswerStatus(const Message& request) {
  if (!request.Is("ferry_status_request")) return false;
  if (!ready() || queue_.running()) {
    voice_.Answer(front_->control, Keep(request), Text(Status()), queue_.running());
    return true;
  }
  if (statuses_.empty()) timers_.Set(Timer::kStatus, kHoldStatus);
  statuses_.push_back(Keep(request));
  return false;
}

// The engine is busy without a cell: with what a page asks of a widget, for instance.
void Relay::AnswerStatusesInstead() {
  for (const Sent& request : std::exchange(statuses_, {})) {
    json status = Status();
    if (ready()) status["engine"] = "busy";
    owed_control_.Answered(request.id);
    too_late_.insert(request.id);
    voice_.Answer(front_->control, request, Text(status), queue_.running());
  }
}

void Relay::Abort(std::vector<Message> executes) {
  for (const Message& m : executes) voice_.Answer(front_->shell, Keep(m), kAborted, queue_.running());
}

}  // namespace ferry::relay
