#include "kernel/relay/relay.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "kernel/relay/answers.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr int kBurst = 128;                  // messages taken from one socket before the others are looked at
constexpr milliseconds kLeaveAfter{4000};    // jupyter_client kills five seconds after its shutdown_request
constexpr std::chrono::minutes kImagedThere{2};  // an image that another host is to take, where nobody kills

template <typename Handler>
void Drain(Socket& socket, Handler handler) {
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
  std::vector<PollItem> items = {{&front_->shell},     {&front_->control}, {&front_->stdin_},
                                 {&front_->heartbeat}, {&front_->iopub},   {nullptr, setup_.signals, POLLIN},
                                 {nullptr, setup_.parent, POLLIN},         {nullptr, files_, POLLIN}};
  std::size_t door = items.size();
  items.push_back({nullptr, door_ ? door_->fd() : hold_ ? hold_->fd() : -1, POLLIN});
  items.push_back({nullptr, engine_ && !ending_ ? engine_->life() : -1, POLLIN});
  bool connected = engine_ && engine_->connected();
  if (connected) {
    for (Socket* s : {&engine_->iopub, &engine_->shell, &engine_->stdin_, &engine_->control}) items.push_back({s});
  }
  std::size_t moves = items.size();
  AddMoveItems(items);
  if (!Poll(items, timers_.Wait())) return;
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

void Relay::Shutdown(bool restart) {
  if (leaving_) return;
  if (!restart && detached_ && MayLeaveEngine()) return LeaveEngine();
  leaving_ = true;
  restarting_ = restart;
  // The engine may never read that it was a restart: while it starts, or hangs in a cell that runs again.
  if (restart && engine_ && !engine_->link() && !choice_.sid.empty()) std::ofstream(store::StoreFiles(choice_.home).Session(choice_.sid).Restart());
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
