// The session lives on another host: its engine there is heard through the harbour's link, and it comes back before an
// engine starts here.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "kernel/relay/answers.h"
#include "kernel/relay/relay.h"

namespace ferry::relay {

using std::chrono::milliseconds;

// The engine there serves from now on. The one here has given the session up: it ends without a word, since what its
// exit functions would do belongs to the session that goes on elsewhere.
void Relay::TakeOver(MoveOutcome outcome) {
  if (engine_) {
    int number = engine_->number();
    pid_t pid = engine_->link() ? -1 : engine_->pid();
    if (!ending_) engine_->Kill(SIGKILL);
    if (pid > 0 && !ending_) ::waitpid(pid, nullptr, 0);
    engine_.reset();
    dir_.RemoveEngine(number);
  }
  ending_.reset();
  timers_.Clear(Timer::kMourning);
  engine_ = std::move(outcome.engine);
  engine_->link()->on_event([this](Parcel p) { OnHarbourEvent(p); });
}

void Relay::OnHarbourEvent(const Parcel& parcel) {
  if (!engine_ || ending_) return;
  const std::string event = StringAt(parcel.head, "event");
  if (event == "held") Held(parcel.head["outcome"]);
  if (event == "goes-on") GoesOn();
  if (event != "ended") return;
  const bool imaged = EndsThere() && ends_there_->imaged;  // it was killed, as asked
  ending_ = Ending{};
  ending_->status = imaged ? 0 : parcel.head.value("status", 0);
  timers_.Set(Timer::kMourning, milliseconds(50));
}

void Relay::AddMoveItems(std::vector<PollItem>& items) {
  move_items_ = 0;
  if (engine_ && engine_->link() && engine_->link()->open()) {
    Link& link = *engine_->link();
    short in = !move_ || move_->Thirsty() ? POLLIN : 0;
    items.push_back({nullptr, link.in(), in, 0});
    items.push_back({nullptr, link.out(), static_cast<short>(link.wants_to_write() ? POLLOUT : 0), 0});
    move_items_ = 2;
  }
  if (move_) move_->AddItems(items);
}

void Relay::OnMoveItems(const std::vector<PollItem>& items, std::size_t from) {
  if (move_items_ && engine_ && engine_->link() && (items[from].revents || items[from + 1].revents)) {
    Link& link = *engine_->link();
    link.OnWritable();
    if (items[from].revents) link.OnReadable();
    if (!link.open() && !ending_) {  // the wire was cut; the engine there finishes its cell and saves
      ending_ = Ending{.lost = "is on " + host_.text + ", and the wire to it was cut"};
      timers_.Set(Timer::kMourning, milliseconds(0));
    }
  }
  if (move_) move_->OnItems(items, from + move_items_);
}

// The session is on another host, as its file says. It comes back before an engine starts; what it is told while that
// lasts waits. As a program of its own, so that it goes on when the relay has to leave.
bool Relay::StartFetch(const std::string& host) {
  Command command;
  command.argv = {ProgramPath(), "--fetch", choice_.sid, "--host", host, "--python", setup_.python};
  command.environment = EnvironmentWith({});
  command.log = dir_.path() + "/fetch.log";
  auto pid = Spawn(command);
  if (pid) fetch_ = *pid;
  return pid.ok();
}

void Relay::OnFetched() {
  int status = 0;
  if (fetch_ <= 0 || ::waitpid(fetch_, &status, WNOHANG) != fetch_) return;
  fetch_ = -1;
  std::string why = Tail(dir_.path() + "/fetch.log", kLogTail);
  while (!why.empty() && why.back() == '\n') why.pop_back();
  if (status != 0) stays_away_ = why.substr(why.rfind('\n') + 1);
  began_ = Timers::Clock::now();
  ChooseSession();
}

}  // namespace ferry::relay
