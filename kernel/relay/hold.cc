#include "kernel/relay/hold.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/relay/wake_of_copy.h"
#include "serializer/store/json.h"
#include "util/file.h"

namespace ferry::relay {

Result<std::unique_ptr<Hold>> Hold::Begin(const RuntimeDir& dir, const Choice& choice, int number, pid_t engine, const json& carry, bool ends) {
  auto place = Wake::Place();
  if (!place) return place.error();
  std::unique_ptr<Hold> hold(new Hold(dir, number, *place));
  std::string paths;
  for (const json& path : carry) paths += path.get<std::string>() + "\n";
  const std::string list = dir.Stem(number) + ".carry";
  if (auto written = Replace(list, paths); !written) return written.error();
  Choice without;  // it must not hold the lock when the session has left
  without.home = choice.home;
  Command c = ImageCommand(dir, ends ? choice : without, number);
  c.argv.insert(c.argv.end(), {"dump", ends ? "--end" : "--hold", "--pid", std::to_string(engine), "--when", dir.Marker(number), "--wake", *place, "--carry", list});
  ::unlink(dir.Marker(number).c_str());
  ::unlink(dir.Image(number).c_str());
  auto helper = Spawn(c);
  if (!helper) return helper.error();
  hold->helper_ = *helper;
  hold->let_go_ = hold->ends_ = ends;
  hold->outcome_ = {{"ok", false}, {"code", "aborted"}, {"what", "no system image was taken"}, {"remedy", ""}};
  hold->words_ = {{"wake", *place}, {"copy", WakeOfCopy(*place)}, {"marker", dir.Marker(number)}, {"alive", dir.Alive()}};
  return hold;
}

Hold::~Hold() {
  if (helper_ > 0 && !let_go_) LetGo(/*end=*/false);
}

bool Hold::Reaped(int options) {
  int status = 0;
  pid_t ended;
  while ((ended = ::waitpid(helper_, &status, options)) < 0 && errno == EINTR) {}
  if (helper_ <= 0 || ended == 0) return false;
  helper_ = -1;
  return true;
}

std::optional<json> Hold::Outcome() {
  const bool ended = helper_ > 0 && Reaped(WNOHANG);
  if (helper_ < 0 && let_go_ && !ends_ && !door_ && !over_) Open();
  if (told_ || over_ || (!ended && !Exists(dir_.Image(number_)))) return std::nullopt;
  told_ = true;
  auto outcome = store::ReadObject(dir_.Image(number_));
  outcome_ = outcome ? *outcome : json{{"ok", false}, {"code", "io"}, {"what", "the program that takes images ended without a word"}, {"remedy", ""}};
  if (!FlagAt(outcome_, "ok", false)) {
    let_go_ = true;  // its door opens with the next call
    ends_ = false;
  }
  return outcome_;
}

void Hold::LetGo(bool end) {
  if (std::exchange(let_go_, true)) return;
  ends_ = end;
  if (helper_ <= 0) return;
  // One that waits for the engine to stand still has stopped nothing. Later it ends by itself, when it has let the engine go.
  const bool waits = !told_ && !Exists(dir_.Marker(number_));
  ::kill(helper_, waits ? SIGKILL : end ? SIGUSR2 : SIGUSR1);
}

void Hold::Forget() {
  let_go_ = over_ = true;
  if (helper_ <= 0) return;
  ::kill(helper_, SIGKILL);
  Reaped(0);
}

void Hold::Await() {
  if (helper_ > 0) Reaped(0);
  over_ = true;
}

void Hold::Open() {
  if (auto door = Wake::Listen(wake_)) door_ = std::move(*door);
}

void RemoveMarks(const store::SessionFiles& files) {
  auto names = List(files.Root());
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    if (name.starts_with("moving-")) (void)Remove(files.Root() + "/" + name);
  }
}

bool Hold::Say(const RuntimeDir& dir, int number, const Choice& choice) {
  if (!door_ || !door_->Say({{"restored", false}, {"image", outcome_}}, dir, number, choice)) return false;
  door_.reset();
  over_ = true;
  return true;
}

}  // namespace ferry::relay
