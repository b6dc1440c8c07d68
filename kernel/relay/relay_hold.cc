// The source of a move in a system image: it stands still until its session lives elsewhere, or is its own again. Its files
// are written for it meanwhile (docs/link.md, "In an image").
#include "kernel/relay/relay.h"
#include "serializer/store/json.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHoldEvery{20};

json Failure(const Error& error) { return {{"ok", false}, {"code", Name(error.code)}, {"what", error.what}, {"remedy", error.remedy}}; }

}  // namespace

void Relay::HoldSource(const json& carry, std::function<void(json)> then) {
  held_ = std::move(then);
  if (engine_->link()) return HoldThere(carry, [this](const json& refused) { Held(refused); });
  if (auto lack = NoImage()) return Held(Failure(*lack));
  auto hold = Hold::Begin(dir_, choice_, engine_->number(), engine_->pid(), carry);
  if (!hold) return Held(Failure(hold.error()));
  hold_ = std::move(*hold);
  timers_.Set(Timer::kHold, kHoldEvery);
  AskToStandStill(hold_->words());
}

// `refused`: the harbour does not, and the engine was not asked.
void Relay::HoldThere(const json& carry, std::function<void(json)> refused) {
  held_there_ = true;
  engine_->link()->Ask({{"op", "hold"}, {"session", choice_.sid}, {"carry", carry}, {"end", EndsThere()}}, [this, refused](Parcel answer) {
    if (FlagAt(answer.head, "ok", false)) return AskToStandStill(answer.head["words"]);
    held_there_ = false;
    refused(answer.head);
  });
}

void Relay::AskToStandStill(json words) {
  words["last"] = engine_->Mark(author_);
  if (EndsThere()) return AskToEnd(std::move(words));
  words.update({{"v", 1}, {"epoch", engine_->number()}});
  engine_->SendControl(author_.Make({}, "ferry_quiesce_request", "{}", Text(words)));
}

void Relay::OnHoldTimer() {
  if (!hold_) return;
  timers_.Set(Timer::kHold, kHoldEvery);
  if (auto outcome = hold_->Outcome()) Held(*outcome);
}

void Relay::Held(const json& outcome) {
  if (auto then = std::exchange(held_, {})) then(outcome);
}

// What the engine itself would be asked while its session moves.
void Relay::AskHeld(const json& content, std::function<void(json)> answer) {
  const std::string verb = StringAt(content, "verb");
  if (verb != "depart" && verb != "return") return answer({{"status", "ok"}});
  const bool back = verb == "return";
  json fields = {{"epoch", content["epoch"]}, {"moved_to", nullptr}};
  if (!back) fields["moved_to"] = {{"host", content["host"]}, {"time", std::time(nullptr)}};
  if (engine_->link()) {
    return engine_->link()->Ask({{"op", "set"}, {"session", choice_.sid}, {"fields", fields}, {"take", back}}, [answer](Parcel said) {
      answer(FlagAt(said.head, "ok", false) ? json{{"status", "ok"}} : json{{"status", "error"}, {"what", StringAt(said.head, "what")}});
    });
  }
  const auto files = store::StoreFiles(choice_.home).Session(choice_.sid);
  if (back && !choice_.lock) {
    auto lock = FileLock::Take(files.Lock());
    if (!lock) return answer({{"status", "error"}, {"what", lock.error().what}, {"remedy", lock.error().remedy}});
    choice_.lock = std::move(*lock);
  }
  auto info = store::ReadObject(files.Info());
  if (info) info->merge_patch(fields);
  auto written = info ? store::WriteObject(files.Info(), *info) : Result<void>(info.error());
  answer(written ? json{{"status", "ok"}} : json{{"status", "error"}, {"what", written.error().what}, {"remedy", written.error().remedy}});
}

void Relay::LetGoSource(bool end) {
  if (held_there_) {
    if (engine_ && engine_->link()) engine_->link()->Tell({{"op", "let-go"}, {"session", choice_.sid}, {"end", end}});
    held_there_ = !end;  // until it says that it goes on
    return;
  }
  if (!hold_) return;
  RemoveMarks(store::StoreFiles(choice_.home).Session(choice_.sid));
  hold_->LetGo(end);
  if (!end) return;
  hold_->Await();
  hold_.reset();
}

// It refuses to stand still, and does not wait for a word.
void Relay::ForgetHold() {
  if (std::exchange(held_there_, false) && engine_->link()) {
    engine_->link()->Tell({{"op", "let-go"}, {"session", choice_.sid}, {"refused", true}});
  }
  if (!hold_) return;
  RemoveMarks(store::StoreFiles(choice_.home).Session(choice_.sid));
  hold_->Forget();
  hold_.reset();
}

// The engine has its word, and opens its sockets again.
void Relay::GoesOn() {
  hold_.reset();
  held_there_ = false;
  if (!engine_) return;
  engine_->Greet(author_);
  if (leaving_ && !EndsThere()) return SendShutdown(/*restart=*/false);
  SendHeld();
}

}  // namespace ferry::relay
