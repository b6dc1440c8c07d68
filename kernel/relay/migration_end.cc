// A move from SHIPPED to its end: the session comes back there, and is handed over, or stays.
#include "kernel/relay/migration.h"

#include <cstdlib>

#include "util/words.h"

namespace ferry::relay {
namespace {

constexpr std::chrono::minutes kSolve{10};  // how long a hand-over waits for the target's last word

}  // namespace

// -- SHIPPED: an engine there

void Migration::StartThere(const char* start) {
  if (wish_.reach) Wait(kStart, "an engine to start there");
  Progress("starting an engine");
  const char* seed = std::getenv("PYTHONHASHSEED");
  there_->Start({{"session", pack_["session"]}, {"start", start}, {"hash_seed", seed ? seed : ground_.choice.hash_seed},
                 {"anonymous", ground_.choice.anonymous}, {"image", image_.is_object() ? image_.value("generation", 0u) : 0u},
                 {"key", ground_.front.key}, {"kernel_name", ground_.front.kernel_name}, {"front_end", ground_.front.front_end},
                 {"id_of_session", ground_.author.session()}});
}

void Migration::OnReady() {
  if (wish_.reach) {
    link_->Tell({{"op", "begin"}});
    return Finish(std::nullopt, nullptr);
  }
  if (early_) return LoadAhead();
  Arrive();
}

// Log and manifest are there: an engine is started, or the one that was is asked to bring the session back.
void Migration::Arrive() {
  if (!there_->started()) return StartThere("arrive");
  if (!there_->ready() || std::exchange(arrives_, true)) return;
  KeepWaiting();
  Progress("bringing the variables back");
  AskTarget({{"verb", "arrive"}, {"generation", pack_["generation"]}, {"replays", plan_["replays"]}, {"comms", pack_["comms"]},
             {"blobs", plan_["blobs"]}, {"image", image_.is_object()}, {"cwd", pack_["cwd"]}}, &Migration::OnArrived);
}

// What did not come out by replay as it was is asked of the source in its stored form, each once: what stands there then may be
// what something else no longer shares its objects with.
void Migration::OnArrived(const json& arrived) {
  if (StringAt(arrived, "status") != "ok") return Abort(ErrorOf(arrived, wish_.host.text));
  arrived_ = arrived;
  if (!arrived["retry"].empty()) {
    retried_ = true;
    Progress("replayed cells gave something else; sending it stored");
    arrived_ = nullptr;
    whole_ = false;
    return Ask({{"op", "missing"}, {"blobs", arrived["retry"]}}, &Migration::OnMissing);
  }
  if (!arrived["failed"].empty() && !wish_.force) {
    return Abort({Code::kRefused, "on " + wish_.host.text + " these did not come back as they are: " + StringAt(arrived, "failed_text"),
                  "%migrate " + wish_.host.text + " --force moves without them"});
  }
  Conclude();
}

// -- VERIFIED: the hand-over

void Migration::Conclude() {
  if (!arrived_.is_object() || !whole_ || !synced_) return;
  Advance(MoveState::kVerified);
  if (over_) return;
  if (!link_->open()) return Abort({Code::kIo, "the wire to " + wish_.host.text + " was cut", "try again when it is there"});
  Progress("handing over");
  account_.Begin("depart");
  departing_ = true;
  AskSource({{"verb", "depart"}, {"epoch", pack_.value("epoch", 0) + 1}, {"host", wish_.host.text}}, &Migration::OnDeparted);
}

void Migration::OnDeparted(const json& departed) {
  departing_ = false;
  if (StringAt(departed, "status") != "ok") return Abort(late_ ? *late_ : ErrorOf(departed, "the session"));
  departed_ = true;
  hands_.release();
  if (late_) return Return(*late_);
  NamedFault("departed");
  if (!link_->open()) return Return({Code::kIo, "the wire to " + wish_.host.text + " was cut", ""});
  Wait(kSolve, "the session to be saved there");
  account_.Begin("own");
  AskTarget({{"verb", "own"}, {"epoch", pack_.value("epoch", 0) + 1}}, &Migration::OnOwned);
}

void Migration::OnOwned(const json& owned) {
  if (StringAt(owned, "status") != "ok") return Return(ErrorOf(owned, wish_.host.text));
  link_->Tell({{"op", "begin"}});
  Advance(MoveState::kHandedOver);
  account_.Begin("");
  Finish(std::nullopt, Told());
}

// What the cell shows of it.
json Migration::Told() const {
  json display = arrived_.value("display", json());
  char text[160];
  std::snprintf(text, sizeof text, "Moved to %s in %.1f s, %s sent. ", wish_.host.text.c_str(), account_.Seconds(),
                SizeInWords(shipment_->sent()).c_str());
  if (!display.is_object()) return {{"text/plain", text}};
  display["text/plain"] = text + StringAt(display, "text/plain");
  display["text/html"] = "<div>" + std::string(text) + "</div>" + StringAt(display, "text/html");
  if (!display["application/json"].is_object()) return display;
  display["application/json"].update(account_.Fields());
  display["application/json"].update({{"bytes_moved", shipment_->sent()}, {"bytes_early", early_bytes_},
                                      {"bytes_variables", shipment_->variables()}, {"wire", shipment_->by_bulk() ? "bulk" : "ssh"}});
  return display;
}

// -- other ends

void Migration::Abort(Error error) {
  if (over_) return;
  if (departing_) {  // what it has been asked for it may have done: its answer comes first
    late_ = late_ ? late_ : error;
    return;
  }
  if (departed_) return Return(std::move(error));
  if (pack_.is_object() && !wish_.reach) hands_.ask_source({{"verb", "stay"}}, [](json) {});
  Finish(std::move(error), nullptr);
}

void Migration::OnSourceEnded() {
  Error error{Code::kIo, "the engine ended while its session moved", ""};
  if (std::exchange(departing_, false)) Return(error);
  else Abort(error);
}

// The source takes the session back, with an epoch above the one that the target may have written.
void Migration::Return(Error error) {
  if (over_) return;
  over_ = true;
  departing_ = false;
  survey_->Stop();
  shipment_->Stop();
  there_->Drop();
  link_.reset();  // its harbour kills the engine there
  hands_.ask_source({{"verb", "return"}, {"epoch", pack_.value("epoch", 0) + 2}}, [this, error](json answer) {
    over_ = false;
    if (StringAt(answer, "status") == "ok") return Finish(error, nullptr);
    Finish(Error{error.code, error.what + "; and the source could not take the session back: " + StringAt(answer, "what"), StringAt(answer, "remedy")},
           nullptr);
  });
}

void Migration::Finish(std::optional<Error> error, json display) {
  over_ = true;
  if (survey_) survey_->Stop();
  if (shipment_) shipment_->Stop();
  if (there_) there_->Stop();
  MoveOutcome outcome;
  outcome.error = std::move(error);
  outcome.display = std::move(display);
  if (outcome.error) state_ = MoveState::kAborted;
  else if (!wish_.plan) outcome.link = link_, outcome.engine = there_->Take(), outcome.opened = opened_;
  hands_.finished(std::move(outcome));
}

}  // namespace ferry::relay
