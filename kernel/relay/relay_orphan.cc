// An engine outlives its relay: it finishes its cell, saves, and waits some time (its lease) for another one.
//
//   leave    the relay goes without it: because the session was detached, or because the process that started this kernel has
//            died, as a server does that crashes. The cells that wait go to the engine first.
//   adopt    the next relay of the session connects to the sockets of that engine, which may be in the middle of a cell. It
//            reaches it under the name that the first one had, so that the reply of that cell comes here.
//
// The cell that runs meanwhile belongs to a front end that may be gone. What it shows goes out as ever, and is kept by the
// engine, which shows it again with the next cell (kernel/session/unseen.py).
#include "kernel/relay/answers.h"
#include "kernel/relay/relay.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAskEvery{50};
constexpr milliseconds kAnswersWithin{5000};  // its control thread waits for nobody

}  // namespace

void Relay::Adopt() {
  auto engine = Engine::Adopt(context_, setup_.connection, *choice_.orphan, ++engines_);
  if (!engine) return GiveUpAdoption(engine.error().what);
  engine_ = std::move(*engine);
  auto place = Wake::Place();
  auto door = place ? Wake::Listen(*place) : Result<Wake>(place.error());
  if (!door) return GiveUpAdoption(door.error().what);
  adopts_at_ = *place;
  door_ = std::move(*door);
  word_ = "{}";
  timers_.Set(Timer::kAdopt, kAnswersWithin);
  AskToAdopt();
}

// Asked until the answer has come and this relay is heard on iopub; each is answered. At the door the engine gets the descriptor
// by which it knows this process: of one that came back in an image the number would name another.
void Relay::AskToAdopt() {
  engine_->SendControl(author_.Make({}, "ferry_attach_request", "{}", Text({{"v", 1}, {"pid", ::getpid()}, {"door", adopts_at_}})));
  timers_.Set(Timer::kPing, kAskEvery);
}

void Relay::Adopted(const Message& reply) {
  const json content = reply.Content();
  if (StringAt(content, "status") != "ok") return timers_.Set(Timer::kAdopt, milliseconds(0));  // its socket is being read just now
  timers_.Clear(Timer::kAdopt);
  if (engine_->ready()) return;
  author_.Adopt(reply.session());
  if (auto info = ReadFile(engine_->info_file(), 1 << 20); info && kernel_info_.empty()) kernel_info_ = *info;
  if (kernel_info_.empty()) kernel_info_ = Text(FallbackKernelInfo());
  if (const json running = content.value("running", json()); running.is_object() && !queue_.running()) {
    Sent cell = Running(running);
    Log("the engine of this session went on without its relay and runs " + NameOf(cell));
    queue_.Resume(std::move(cell));
    idle_passed_ = false;
  }
  if (engine_->Seen(/*reply=*/true, /*status=*/false)) BecomeReady();
}

// The engine is asked to save and end, and the session comes back from what it saved.
void Relay::GiveUpAdoption(const std::string& why) {
  Log("an engine that lost its relay is not taken over: " + why);
  timers_.Clear(Timer::kAdopt);
  timers_.Clear(Timer::kPing);
  adopts_ = false;
  door_.reset();
  engine_.reset();
  ending_.reset();
  choice_ = {};
  began_ = Timers::Clock::now();
  ChooseSession();
}

// The lock of an adopted engine went with it.
void Relay::TakeLockBack() {
  choice_.lock.reset();  // where it was shared
  auto choice = chooser_.Choose(/*wait=*/false, /*adopt=*/false);
  choice_ = choice ? std::move(*choice) : chooser_.Instead(choice.error().what);
}

bool Relay::MayLeaveEngine() {
  return ready() && !engine_->link() && !move_ && !wish_ && !leaving_ && choice_.anonymous.empty() && !choice_.sid.empty();
}

void Relay::LeaveEngine() {
  Log("the front end has gone; the engine goes on and waits for another one");
  leaving_ = true;
  for (Message& cell : queue_.TakeExecutes()) engine_->SendShell(std::move(cell).Take());
  engine_->Linger();
  done_ = true;
}

// ferry_front_request of the command line: which session is served here, and whether its engine outlives the front end.
json Relay::AnswerFront(const json& wish) {
  if (wish.contains("detach")) {
    if (StringAt(wish, "session") != choice_.sid || choice_.sid.empty()) return ControlError("not-found", "another session is served here", "");
    if (!choice_.anonymous.empty() || !host_.home()) {
      return ControlError("refused", choice_.anonymous.empty() ? "the session is on " + host_.text : "no front end could find the session again: " + choice_.anonymous,
                          choice_.anonymous.empty() ? "bring it home first" : "give it a name: %session name");
    }
    detached_ = FlagAt(wish, "detach", false);
  }
  return {{"v", 1}, {"status", "ok"}, {"session", choice_.sid}, {"detached", detached_}, {"state", Status()["engine"]}};
}

}  // namespace ferry::relay
