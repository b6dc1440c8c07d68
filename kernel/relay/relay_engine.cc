#include <poll.h>
#include <signal.h>

#include <charconv>
#include <fstream>

#include "kernel/relay/answers.h"
#include "kernel/relay/last_words.h"
#include "kernel/relay/members.h"
#include "kernel/relay/relay.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kChooseEvery{100};
constexpr milliseconds kLongestWait{30000};  // for an orphaned engine that still saves this session
constexpr milliseconds kPingEvery{50};
constexpr milliseconds kLongestHold{5000};  // a reply waits this long for an idle status that an engine forgot
constexpr int kCannotGoOn = 70;  // status of an engine that has said in its log why it ends (kernel/engine/server.cc)
constexpr milliseconds kReplyFirst{500};    // between the replies of a dead engine's cells and the status `restarting`
constexpr milliseconds kQuiet{50};          // no message for so long after its end: all that an engine sent has arrived

int CountOf(const Message& execute_input) {
  const std::string_view text = MemberOf(execute_input.content_text(), "execution_count");
  int count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

void Relay::ChooseSession() {
  auto choice = chooser_.Choose(/*wait=*/Timers::Clock::now() - began_ < kLongestWait, adopts_);
  if (!choice) return timers_.Set(Timer::kChoose, kChooseEvery);
  choice_ = std::move(*choice);
  if (choice_.orphan) return Adopt();
  if (std::string host = choice_.elsewhere; !host.empty()) {
    if (stays_away_.empty() && StartFetch(host)) return;
    choice_ = chooser_.Instead("it is on " + host + " and did not come back (" + stays_away_ + "); start the kernel again when that host can be reached, or "
                               "take the copy kept here with %resume " + choice_.sid);
  }
  if (!choice_.anonymous.empty()) Log("anonymous session: " + choice_.anonymous);
  StartEngine(choice_.restarted ? Start::kRestart : Start::kFirst);
}

void Relay::StartEngine(Start start) {
  asleep_ = false;
  if (choice_.orphan) TakeLockBack();
  if (!host_.home()) return StartMove({.host = host_, .reach = true, .start = start});
  if (BringBack(start)) return ConnectEngine();
  auto engine = Engine::Begin(context_, setup_.connection, dir_, choice_, setup_.python, ++engines_, start, author_);
  if (!engine) return Fail(engine.error().what + (engine.error().remedy.empty() ? "." : ". To mend it: " + engine.error().remedy + "."));
  engine_ = std::move(*engine);
  choice_.Settle();
  choice_.image_lost.clear();
  ConnectEngine();
}

// Connects if the engine has bound its sockets, and pings until it is ready.
void Relay::ConnectEngine() {
  if (!engine_ || ending_ || engine_->ready()) return;
  if (engine_->adopted()) return AskToAdopt();
  engine_->Connect(dir_);
  if (!engine_->connected()) return;
  engine_->Ping(author_);
  timers_.Set(Timer::kPing, kPingEvery);
}

// Replies and statuses go over two sockets, and nothing says which of them a server reads first. JupyterLab forgets every cell
// that has no reply when it reads `restarting`: the dead engine's cell would lose its number and its end.
void Relay::TellRestart() {
  voice_.Status("restarting", "{}");
  if (engine_ && engine_->ready()) TellReady();
}

void Relay::TellReady() {
  if (Sent* running = queue_.running()) voice_.Status("busy", running->header);
  else if (engine_->start() != Start::kFirst) voice_.Status("idle", "{}");
}

void Relay::BecomeReady() {
  timers_.Clear(Timer::kPing);
  timers_.Clear(Timer::kHeldInfo);
  for (auto& [channel, request] : held_infos_) voice_.Answer(*channel, request, kernel_info_, nullptr);
  held_infos_.clear();
  if (!timers_.Pending(Timer::kRestarting)) TellReady();
  if (!engine_->adopted()) std::ofstream(dir_.Info(engine_->number())) << kernel_info_;
  SendHeld();
}

// What waited while nothing could be sent to the engine.
void Relay::SendHeld() {
  for (Message& m : std::exchange(held_control_, {})) {
    owed_control_.Note(m);
    engine_->SendControl(std::move(m).Take());
  }
  Pump();
}

void Relay::OnEngineShell(Frames frames) {
  if (ending_) timers_.Set(Timer::kMourning, kQuiet);
  auto message = Message::Parse(std::move(frames));
  if (!message) return;
  if (author_.Wrote(message->parent_id())) {
    if (!message->Is("kernel_info_reply")) return;
    if (kernel_info_.empty()) kernel_info_ = message->content_text();
    author_.Adopt(message->session());
    if (engine_->Seen(/*reply=*/true, /*status=*/false)) BecomeReady();
    else if (std::exchange(draining_, false) && move_) move_->OnDrained();
    return;
  }
  Sent* running = queue_.running();
  if (running && message->parent_id() == running->id && message->Is("execute_reply")) {
    held_reply_ = std::move(message);
    if (idle_passed_) PassReply({});
    else timers_.Set(Timer::kHeldReply, kLongestHold);
    return;
  }
  queue_.owed().Answered(message->parent_id());
  Send(front_->shell, std::move(*message).Take());
}

void Relay::OnEngineControl(Frames frames) {
  if (ending_) timers_.Set(Timer::kMourning, kQuiet);
  auto message = Message::Parse(std::move(frames));
  if (!message || OnMoveReply(*message)) return;
  if (author_.Wrote(message->parent_id())) return OnOwnReply(*message);
  owed_control_.Answered(message->parent_id());
  std::erase_if(statuses_, [&](const Sent& asked) { return asked.id == message->parent_id(); });
  if (statuses_.empty()) timers_.Clear(Timer::kStatus);
  if (too_late_.erase(message->parent_id())) return;
  Send(front_->control, std::move(*message).Take());
}

void Relay::OnEngineStdin(Frames frames) {
  auto message = Message::Parse(std::move(frames));
  if (!message) return;
  if (message->Is("input_request")) ++inputs_;
  Send(front_->stdin_, std::move(*message).Take());
}

void Relay::OnEngineIopub(Frames frames) {
  if (ending_) timers_.Set(Timer::kMourning, kQuiet);
  auto message = Message::Parse(std::move(frames));
  if (!message) return;
  if (author_.Wrote(message->parent_id())) {
    if (engine_->Seen(/*reply=*/false, /*status=*/true)) BecomeReady();
    return;
  }
  if (message->Is("iopub_welcome")) return;
  if (message->Is("ferry_migrate")) return WantMove(message->Content(), std::nullopt);
  if (message->Is("ferry_exit")) {
    exits_ = true;
    return;
  }
  if (message->Is("ferry_image")) return TakeImage(/*ends=*/StringAt(message->Content(), "purpose") == "suspend");
  std::string state;
  if (message->Is("status")) state = message->ContentString("execution_state");
  if (state == "starting") return;
  Sent* running = queue_.running();
  bool of_cell = running && message->parent_id() == running->id;
  if (of_cell && held_reply_) timers_.Set(Timer::kHeldReply, kLongestHold);
  if (of_cell && state == "busy") queue_.Begun();
  if (of_cell && message->Is("execute_input")) running->execution_count = CountOf(*message);
  if (of_cell && state == "idle") {
    idle_passed_ = true;
    if (cell_asks_ || unwanted_) {
      held_idle_ = std::move(*message).Take();
      return held_reply_ ? PassReply({}) : void();
    }
    if (held_reply_) return PassReply(std::move(*message).Take());
    if (engine_->adopted()) timers_.Set(Timer::kHeldReply, kLongestHold);  // it may have gone to the relay before this one
  }
  Send(front_->iopub, std::move(*message).Take());
}

// The reply of the running cell goes to its front end, then its idle status if that has not passed yet. After an error or
// exit(), what waits now is aborted.
void Relay::PassReply(Frames idle) {
  timers_.Clear(Timer::kHeldReply);
  if (HoldForMove(idle)) return;
  Message reply = std::move(*std::exchange(held_reply_, std::nullopt));
  Sent cell = queue_.Finish();
  bool error = reply.ContentString("status") == "error";
  policy_.Works();
  Send(front_->shell, std::move(reply).Take());
  if (!idle.empty()) Send(front_->iopub, std::move(idle));
  if ((error && cell.stop_on_error) || exits_) Abort(queue_.TakeExecutes());
  Pump();
}

// SIGCHLD came. The engine's last messages may still be on their way: they pass before anything is said about its end.
void Relay::Reaped() {
  if (!engine_ || ending_ || engine_->link()) return;
  if (!engine_->adopted()) {
    ending_ = Reap(engine_->pid(), /*asked_to_end=*/leaving_);
    if (ending_) ending_->memory = OutOfMemoryKills() > engine_->kills();
    if (ending_ && WIFEXITED(ending_->status) && WEXITSTATUS(ending_->status) == kCannotGoOn) *ending_ = {.lost = LastWords(Tail(dir_.Log(), kLogTail))};
  } else if (pollfd life{engine_->life(), POLLIN, 0}; ::poll(&life, 1, 0) > 0) {  // no child: its status nobody knows
    auto info = store::ReadObject(store::StoreFiles(choice_.home).Session(choice_.sid).Info());
    if (info && !StringAt(*info, "ended").empty()) ending_ = Ending{};
    else ending_ = Ending{.memory = OutOfMemoryKills() > engine_->kills(), .lost = "has ended"};
  }
  if (ending_) timers_.Set(Timer::kMourning, engine_->connected() ? kQuiet : milliseconds(0));
}

void Relay::Bury() {
  if (!ending_ || BuryDuringMove()) return;
  if (imaging_ && imaging_->helper > 0 && imaging_->ends) return timers_.Set(Timer::kMourning, kQuiet);  // it killed the engine
  Ending ending = *std::exchange(ending_, std::nullopt);
  std::unique_ptr<Engine> engine = std::move(engine_);
  if (imaging_ && imaging_->ends && FlagAt(imaging_->outcome, "ok", false)) ending.status = 0;  // as it was asked to
  EndHelper();
  imaging_.reset();
  ends_there_.reset();
  held_there_ = false;
  door_.reset();
  const bool lost = LostImage(*engine);
  dir_.RemoveEngine(engine->number());
  if (lost && !leaving_) return StartEngine(engine->start());
  timers_.Clear(Timer::kPing);
  if (std::exchange(cell_asks_, false)) {
    wish_.reset();
    unwanted_ = Error{Code::kAborted, "the engine ended before the session moved", "try again"};
  }
  if (held_reply_) {
    voice_.Status("idle", queue_.running()->header);
    PassReply({});
  }
  if (ending.Starved() || ending.MayHaveStarved()) choice_.NoteStarved(/*surely=*/ending.Starved());
  const Replaying replaying = choice_.InReplay();
  if (replaying.unseen && !leaving_) queue_.TakeAllBack();
  else if (ending.Clean() && !leaving_) queue_.TakeBack();
  Death death{.before_ready = !engine->ready(), .resuming = choice_.Resuming(), .replaying = replaying.cell, .cell_running = queue_.running() != nullptr, .clean = ending.Clean(), .exited = std::exchange(exits_, false)};
  RestartPolicy::Decision next = policy_.After(death);
  std::string then = leaving_                                   ? "The kernel is shutting down."
                     : next.what == RestartPolicy::Decision::kGiveUp ? "It is not started again."
                     : next.start == Start::kRestart               ? "A new engine starts, without the session."
                     : death.replaying                             ? "A new engine brings the session back without the cell that ran again."
                                                                : "A new engine starts and brings the session back.";
  if (!leaving_ && next.what != RestartPolicy::Decision::kSleep) {
    Log("engine " + std::to_string(engine->number()) + " " + ending.Words() + ". " + then + "\n" + Tail(dir_.Log(), kLogTail));
  }
  unwanted_.reset();
  if (queue_.running()) {
    Sent cell = queue_.Finish();
    deadly_ = {cell.code, deadly_.first == cell.code ? deadly_.second + 1 : 1};
    json content = EngineDied(cell, ending, deadly_.second, ending.Crashed() ? CrashedIn(Tail(dir_.Log(), kCrashTail)) : "", then);
    voice_.Error(cell, content);
    voice_.Reply(front_->shell, cell, Text(content));
    voice_.Status("idle", cell.header);
    Abort(queue_.TakeExecutes());
  }
  inputs_ = 0;
  std::string why = "The engine " + ending.Words() + " before it answered.";
  auto refuse = [&](Socket& channel, const Message& m) {
    Sent request = Keep(m);
    voice_.Refuse(channel, request, NoEngine(request, why, ""), nullptr);
  };
  for (const Message& request : queue_.owed().TakeAll()) refuse(front_->shell, request);
  for (const Message& request : owed_control_.TakeAll()) refuse(front_->control, request);
  statuses_.clear();
  too_late_.clear();
  if (leaving_) {
    done_ = true;
    return;
  }
  switch (next.what) {
    case RestartPolicy::Decision::kGiveUp:
      return Fail("The engine " + ending.Words() + ", " + std::to_string(death.replaying ? RestartPolicy::kReplays : RestartPolicy::kLimit) +
                  " times in a row. It is not started again by itself; restart the kernel to try once more.");
    case RestartPolicy::Decision::kSleep:
      asleep_ = true;
      if (!queue_.empty()) StartEngine(next.start);
      return;
    case RestartPolicy::Decision::kStart:
      if (!death.before_ready && !replaying.unseen) timers_.Set(Timer::kRestarting, kReplyFirst);  // nobody has noticed
      return StartEngine(next.start);
  }
}

// No engine will serve: every request is answered with the reason from now on.
void Relay::Fail(const std::string& why) {
  failure_ = why;
  timers_.Clear(Timer::kRestarting);  // nothing does
  Log(why);
  auto refuse = [&, log = Tail(dir_.Log(), kLogTail)](Socket& channel, const Message& m) {
    Sent request = Keep(m);
    voice_.Refuse(channel, request, NoEngine(request, why, log), nullptr);
  };
  for (auto& [channel, request] : held_infos_) voice_.Answer(*channel, request, Text(FallbackKernelInfo()), nullptr);
  held_infos_.clear();
  for (const Message& m : queue_.TakeAll()) {
    if (m.IsRequest()) refuse(front_->shell, m);
  }
  for (const Message& m : std::exchange(held_control_, {})) refuse(front_->control, m);
  voice_.Status("idle", "{}");
}

}  // namespace ferry::relay
