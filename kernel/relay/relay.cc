#include "kernel/relay/relay.h"

#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "kernel/relay/answers.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr int kBurst = 128;                  // messages taken from one socket before the others are looked at
constexpr milliseconds kHoldStatus{5000};    // how long the engine has for an answer about itself
constexpr milliseconds kHoldInfo{10000};     // how long a kernel_info_request waits for the first engine
constexpr milliseconds kLeaveAfter{4000};    // jupyter_client kills five seconds after its shutdown_request
constexpr std::chrono::minutes kImagedThere{2};  // an image that another host is to take, where nobody kills

constexpr std::int64_t kStaleFor = 30'000'000;  // microseconds after our start; a client whose clock is wrong is heard again after them

constexpr const char* kAborted = R"({"status":"aborted"})";

template <typename Handler>
void Drain(zmq::socket_t& socket, Handler handler) {
  for (int i = 0; i < kBurst; ++i) {
    auto frames = Receive(socket);
    if (!frames) return;
    handler(std::move(*frames));
  }
}

}  // namespace

void Log(const std::string& line) { std::fprintf(stderr, "ferry-relay: %s\n", line.c_str()); }

Relay::Relay(zmq::context_t& context, Setup setup, std::unique_ptr<Front> front, RuntimeDir dir, int files)
    : context_(context),
      setup_(std::move(setup)),
      signer_(setup_.connection.key),
      author_(signer_),
      front_(std::move(front)),
      voice_(*front_, author_),
      dir_(std::move(dir)),
      files_(files),
      chooser_(setup_.python) {}

int Relay::Run() {
  ChooseSession();
  while (!done_) Turn();
  if (!host_.home() && !restarting_) StartFetch(host_.text);
  if (!engine_) dir_.Remove();  // an engine that is still saving keeps its folder; the next relay removes it
  return 0;
}

void Relay::Turn() {
  std::vector<zmq::pollitem_t> items = {
      {front_->shell, 0, ZMQ_POLLIN, 0},     {front_->control, 0, ZMQ_POLLIN, 0}, {front_->stdin_, 0, ZMQ_POLLIN, 0},
      {front_->heartbeat, 0, ZMQ_POLLIN, 0}, {front_->iopub, 0, ZMQ_POLLIN, 0},   {nullptr, setup_.signals, ZMQ_POLLIN, 0},
      {nullptr, setup_.parent, ZMQ_POLLIN, 0}, {nullptr, files_, ZMQ_POLLIN, 0}};
  std::size_t door = items.size();
  items.push_back({nullptr, door_ ? door_->fd() : hold_ ? hold_->fd() : -1, ZMQ_POLLIN, 0});
  items.push_back({nullptr, engine_ && !ending_ ? engine_->life() : -1, ZMQ_POLLIN, 0});
  bool connected = engine_ && engine_->connected();
  if (connected) {
    for (zmq::socket_t* s : {&engine_->iopub, &engine_->shell, &engine_->stdin_, &engine_->control}) {
      items.push_back({*s, 0, ZMQ_POLLIN, 0});
    }
  }
  std::size_t moves = items.size();
  AddMoveItems(items);
  try {
    zmq::poll(items, timers_.Wait());
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw;
    return;
  }
  if (items[3].revents) front_->Echo();
  if (items[4].revents) front_->Welcome(author_);
  if (connected) {
    if (items[10].revents) Drain(engine_->iopub, [&](Frames f) { OnEngineIopub(engine_->Incoming(std::move(f))); });
    if (items[11].revents) Drain(engine_->shell, [&](Frames f) { OnEngineShell(engine_->Incoming(std::move(f))); });
    if (items[12].revents) Drain(engine_->stdin_, [&](Frames f) { OnEngineStdin(engine_->Incoming(std::move(f))); });
    if (items[13].revents) Drain(engine_->control, [&](Frames f) { OnEngineControl(engine_->Incoming(std::move(f))); });
  }
  if (items[1].revents) Drain(front_->control, [&](Frames f) { OnControl(std::move(f)); });
  if (items[0].revents) Drain(front_->shell, [&](Frames f) { OnShell(std::move(f)); });
  if (items[2].revents) Drain(front_->stdin_, [&](Frames f) { OnStdin(std::move(f)); });
  if (items[7].revents) {
    char events[4096];
    while (::read(files_, events, sizeof events) > 0) {}
    ConnectEngine();
  }
  OnMoveItems(items, moves);
  if (items[door].revents) Say();
  if (items[door + 1].revents) Reaped();
  if (items[5].revents) OnSignals();
  if (items[6].revents) {
    setup_.parent = -1;
    if (MayLeaveEngine()) return LeaveEngine();
    Log("the process that started this kernel has ended: suspending");
    Shutdown(/*restart=*/false);
  }
  OnTimers();
  if (moved_) EndMove();
}

void Relay::OnSignals() {
  signalfd_siginfo info;
  while (::read(setup_.signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) {
      ImageReaped();
      Reaped();
      OnFetched();
      if (move_) move_->OnChild();
    } else {
      Shutdown(/*restart=*/false);
    }
  }
}

void Relay::OnTimers() {
  if (timers_.Expired(Timer::kChoose)) ChooseSession();
  if (timers_.Expired(Timer::kAdopt)) GiveUpAdoption("it is ending, or does not answer");
  if (timers_.Expired(Timer::kPing) && engine_ && engine_->connected() && !engine_->ready()) ConnectEngine();
  if (timers_.Expired(Timer::kHeldReply)) {
    if (held_reply_) {
      PassReply({});
    } else if (idle_passed_ && queue_.running()) {
      (void)queue_.Finish();
      Pump();
    }
  }
  if (timers_.Expired(Timer::kMourning)) Bury();
  if (timers_.Expired(Timer::kRestarting)) TellRestart();
  if (move_) move_->OnTimer();
  if (timers_.Expired(Timer::kHold)) OnHoldTimer();
  if (timers_.Expired(Timer::kHeldInfo)) {
    for (auto& [channel, request] : held_infos_) voice_.Answer(*channel, request, Text(FallbackKernelInfo()), nullptr);
    held_infos_.clear();
  }
  if (timers_.Expired(Timer::kStatus)) AnswerStatusesInstead();
  if (timers_.Expired(Timer::kLeave)) {
    const bool imaged = engine_ && imaging_ && imaging_->helper > 0 && Exists(dir_.Marker(engine_->number()));
    const bool there = engine_ && EndsThere() && Timers::Clock::now() - ends_there_->began < kImagedThere;
    if (imaged || there) return timers_.Set(Timer::kLeave, kLeaveAfter);  // it is being written, which ends
    if (engine_ && !engine_->ready()) engine_->Kill(SIGKILL);  // it holds nothing that is not on disk
    else Log("the engine is still saving and will end by itself");
    done_ = true;
  }
}

// A message that an engine may have. What is signed and cannot be read comes from a front end of the user's, which is told.
std::optional<Message> Relay::Verified(zmq::socket_t& channel, Frames frames) {
  auto message = Message::Parse(std::move(frames));
  if (message && !message->SignedBy(signer_)) message.reset();
  if (!message) {
    Log("dropped a message that is malformed or not signed with this kernel's key");
  } else if (!message->Readable()) {
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

void Relay::AnswerKernelInfo(zmq::socket_t& channel, const Message& request) {
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

void Relay::Shutdown(bool restart) {
  if (leaving_) return;
  if (!restart && detached_ && MayLeaveEngine()) return LeaveEngine();
  leaving_ = true;
  restarting_ = restart;
  if (move_) move_->Abort({Code::kAborted, "the kernel is shutting down", ""});
  if (moved_) EndMove();
  Abort(queue_.TakeExecutes());
  if (!engine_) {
    done_ = true;
    return;
  }
  timers_.Set(Timer::kLeave, kLeaveAfter);
  if (!engine_->link()) std::ofstream(EndMark(engine_->ConnectionFile(dir_)));  // who opens the session now waits
  if (imaging_ || holds() || EndsThere()) return;  // it is asked when it is back
  if (ready()) SendShutdown(restart);
  else if (!ending_ && engine_->link()) engine_->Kill(SIGTERM);
  else if (!ending_) ::kill(engine_->pid(), SIGTERM);
}

void Relay::SendShutdown(bool restart) {
  if (!restart) return TakeImage(/*ends=*/true);
  json content = {{"v", 1}, {"epoch", engine_->number()}, {"restart", true}};
  engine_->SendControl(author_.Make({}, "ferry_shutdown_request", "{}", Text(content)));
}

void Relay::Pump() {
  const bool may_move = wish_ && !cell_asks_ && !move_ && ready() && !leaving_;
  if (may_move && (wish_->background || !queue_.running())) StartMove(*std::exchange(wish_, std::nullopt));
  if (drain_due_ && ready() && (!queue_.running() || cell_asks_)) DrainForMove();
  while (ready() && !leaving_ && !move_holds_) {
    auto next = queue_.Next();
    if (!next) return;
    if (next->Is("execute_request")) idle_passed_ = false;
    engine_->SendShell(std::move(*next).Take());
  }
}

}  // namespace ferry::relay
