// A session that moves in the background: what stands in its newest generation is shipped while cells run, round after round.
#include "kernel/relay/migration.h"

namespace ferry::relay {
namespace {

constexpr int kRounds = 3;                           // of shipping, before the session is held
constexpr std::chrono::milliseconds kSettle{10000};  // how long a round waits until all is saved

}  // namespace

// The source answers when no cell runs, however long that takes.
void Migration::PackEarly() {
  early_ = true;
  ground_.timers.Clear(Timer::kMove);
  if (!looks_since_) {
    looks_since_ = Timers::Clock::now();
    account_.Begin("precopy");
  }
  AskSource({{"verb", "pack"}, {"system", wish_.system}, {"early", true}}, &Migration::OnPackedEarly);
}

void Migration::OnPackedEarly(const json& packed) {
  if (StringAt(packed, "status") != "ok") return Abort(ErrorOf(packed, "the session could not be saved"));
  const bool waits = Timers::Clock::now() - *looks_since_ < kSettle;
  if (!FlagAt(packed, "settled", false) && waits) return Again(&Migration::PackEarly);
  looks_since_.reset();
  const bool news = packed.contains("manifest") && (!pack_.is_object() || pack_["generation"] != packed["generation"]);
  return news ? OnPacked(packed) : Hold();
}

void Migration::EndRound() {
  if (plan_["ahead"].is_object() && !Same() && !Imaged()) LoadAhead();
  else NextRound();
}

// What the engine there has of the session when messages begin to wait need not be loaded then.
void Migration::LoadAhead() {
  if (!there_->started()) {
    account_.Begin("start ahead");
    Wait(kStart, "an engine to start there");
    return StartThere("arrive");
  }
  account_.Begin("load ahead");
  Wait(kAnswer * 30, "variables to be decoded there");
  Progress("loading what is there already");
  json content = plan_["ahead"];
  content["verb"] = "ahead";
  AskTarget(std::move(content), &Migration::OnAhead);
}

void Migration::OnAhead(const json& decoded) {
  if (StringAt(decoded, "status") != "ok") return Abort(ErrorOf(decoded, wish_.host.text));
  NamedFault("ahead");
  NextRound();
}

void Migration::NextRound() {
  if (++rounds_ < kRounds) PackEarly();
  else Hold();
}

// The running cell ends first.
void Migration::Hold() {
  early_ = false;
  ground_.timers.Clear(Timer::kMove);
  account_.Begin("wait");
  hands_.drain();
  if (!holds_) Progress("ready, when the running cell has ended");
}

}  // namespace ferry::relay
