#include "kernel/relay/berth.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>

#include "kernel/relay/engine.h"
#include "kernel/relay/lock_holder.h"
#include "kernel/relay/wake_of_copy.h"
#include "serializer/image/bundle.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"
#include "util/memory.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kLogTail = 2000;  // bytes of the engine's log in a report

}  // namespace

Result<json> Berth::Start(const Choice& choice, const json& wish) {
  bound_told_ = false;
  kills_ = OutOfMemoryKills();
  Connection front;
  front.key = StringAt(wish, "key");
  front.kernel_name = StringAt(wish, "kernel_name");
  front.front_end = StringAt(wish, "front_end");
  ++number_;
  auto written = WriteConnection(dir_.ConnectionFile(number_), EngineConnection(front, dir_.Stem(number_)), StringAt(wish, "id_of_session"));
  if (!written) return written.error();
  const std::string start = StringAt(wish, "start");
  if (const auto generation = wish.value("image", 0u)) return BringBack(choice, generation, start);
  for (const relay::Start again : {relay::Start::kCrash, relay::Start::kWake}) {  // of a session that lives here
    auto image = start == Name(again) ? ImageFor(choice, again) : std::nullopt;
    if (auto back = image ? BringBack(choice, image->generation, start) : Result<json>(Error{}); back) return back;
  }
  if (auto begun = Load(choice, start); !begun) return begun.error();
  return Started(choice.Resuming());
}

Result<void> Berth::Load(const Choice& choice, const std::string& start) {
  auto pid = Spawn(EngineCommand(dir_, choice, python_, number_, start));
  if (!pid) return pid.error();
  engine_ = *pid;
  return {};
}

json Berth::Started(bool resuming) const {
  return {{"stem", dir_.Stem(number_)}, {"number", number_}, {"pid", engine_}, {"resuming", resuming}};
}

// The engine comes back in an image: its word waits for it. One that arrives writes nothing before it owns the session.
Result<json> Berth::BringBack(const Choice& choice, std::uint32_t generation, const std::string& start) {
  const std::string folder = store::StoreFiles(choice.home).Session(choice.sid).Image(generation);
  auto bundle = image::Read(folder);
  if (!bundle) return bundle.error();
  auto door = Wake::Listen(WakeOfCopy(bundle->wake));
  if (!door) return door.error();
  Command command = ImageCommand(dir_, choice, number_);
  command.argv.insert(command.argv.end(), {"restore", "--from", folder, "--log", dir_.path() + "/restore.log"});
  (void)Remove(dir_.Image(number_));
  auto pid = Spawn(command);
  if (!pid) return pid.error();
  engine_ = *pid;
  door_ = std::move(*door);
  const auto bytes = image::Bytes(*bundle);
  word_ = {{"restored", true}, {"generation", generation}, {"bytes", bytes}, {"start", start}, {"anonymous", choice.anonymous},
           {"holder", engine_}, {"home", choice.home}, {"criu", store::Setting("criu")}, {"image", {{"ok", true}, {"bytes", bytes}, {"seconds", 0}}}};
  return Started(false);
}

Result<json> Berth::Hold(const Choice& choice, const json& carry, bool ends) {
  if (ends) std::ofstream(EndMark(dir_.ConnectionFile(number_)));  // who wants the session now waits
  auto hold = relay::Hold::Begin(dir_, choice, number_, engine_, carry, ends);
  if (!hold) return hold.error();
  hold_ = std::move(*hold);
  return json{{"words", hold_->words()}};
}

void Berth::LetGo(const Choice& choice, bool end) {
  if (!hold_) return;
  RemoveMarks(store::StoreFiles(choice.home).Session(choice.sid));
  hold_->LetGo(end);
  if (end) hold_->Await();
}

void Berth::ForgetHold(const Choice& choice) {
  RemoveMarks(store::StoreFiles(choice.home).Session(choice.sid));
  if (hold_) hold_->Forget();
  hold_.reset();
}

void Berth::Kill(int signal) {
  if (engine_ > 0) ::kill(-engine_, signal);
}

bool Berth::Leave(const Choice& choice, bool begun) {
  door_.reset();
  if (!begun) LetGo(choice, /*end=*/true);
  hold_.reset();
  if (engine_ > 0 && !begun) {
    Kill(SIGKILL);
    ::waitpid(engine_, nullptr, 0);
    engine_ = -1;
  }
  return engine_ > 0;
}

bool Berth::Look(Choice& choice) {
  if (door_ && door_->Say(word_, dir_, number_, choice)) door_.reset();
  if (hold_) {
    if (auto outcome = hold_->Outcome()) tell_({{"event", "held"}, {"outcome", *outcome}});
    if (hold_->Say(dir_, number_, choice)) {
      hold_.reset();
      tell_({{"event", "goes-on"}});
    }
  }
  if (engine_ <= 0) return true;
  if (!bound_told_ && dir_.Bound(number_)) {
    bound_told_ = true;
    tell_({{"event", "bound"}, {"number", number_}});
  }
  auto ending = Reap(engine_, /*asked_to_end=*/false);
  if (!ending) return true;
  engine_ = -1;
  const std::string why = WhyEnded();
  const json word = std::exchange(word_, nullptr);
  door_.reset();
  hold_.reset();
  if (!word.is_null() && StringAt(word, "start") != "arrive" && !bound_told_) {  // the session is loaded instead
    choice.image_lost = why;
    if (Load(choice, StringAt(word, "start"))) return true;
  }
  dir_.RemoveEngine(number_);
  ending->memory = OutOfMemoryKills() > kills_;
  if (ending->Starved()) choice.NoteStarved(/*surely=*/true);
  json event = {{"event", "ended"}, {"number", number_}, {"status", ending->status}, {"log", why}};
  if (const Replaying replaying = choice.InReplay(); replaying.cell) event["replaying"] = {{"cell", replaying.number}, {"why", replaying.why}};
  tell_(event);
  return false;
}

std::string Berth::WhyEnded() {
  const bool imaged = door_ || !word_.is_null();  // it came, or was to come, in an image
  auto outcome = imaged ? store::ReadObject(dir_.Image(number_)) : Error{Code::kNotFound, "", ""};
  if (!outcome) return Tail(dir_.Log(), kLogTail);
  const std::string remedy = StringAt(*outcome, "remedy");
  return StringAt(*outcome, "what") + (remedy.empty() ? "" : "; " + remedy);
}

}  // namespace ferry::relay
