// A move from PRECOPY to SHIPPED: what the target lacks is sent, as variables or in an image.
#include "kernel/relay/migration.h"
#include "kernel/relay/wire_names.h"
#include "util/words.h"

namespace ferry::relay {

void Migration::OpenThere() {
  Ask({{"op", "open"}, {"token", pack_.value("token", "")}, {"info", pack_.value("info", json())}, {"take", wish_.reach}}, &Migration::OnOpen);
}

void Migration::OnOpen(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) {
    if (StringAt(answer.head, "code") != "aborted") return Abort(ErrorOf(answer.head, wish_.host.text));
    return Again(&Migration::OpenThere);  // an engine there is saving the session, and ends
  }
  opened_ = answer.head;
  if (wish_.reach) return StartThere(Name(wish_.start));
  if (!Same() && opened_.value("epoch", 0) > pack_.value("epoch", 0) && !wish_.force) {
    return Abort({Code::kRefused, wish_.host.text + " has a later state of this session", "open it there, or move with --force"});
  }
  Advance(MoveState::kPrecopy);
  if (!over_) Ship();
}

void Migration::Ship() {
  if (!early_) {
    account_.Begin("ship");
    Advance(MoveState::kQuiesced);
    if (over_) return;
    if (!Same()) SendInfo();
  }
  Wait(kAnswer, wish_.host.text);
  Ask({{"op", "missing"}, {"blobs", plan_["blobs"]}}, &Migration::OnMissing);
}

// What is known of the session besides its log and generations, which an earlier visit may have left there as it was then. Who
// owns it is not said.
void Migration::SendInfo() {
  json fields = pack_["info"];
  for (const char* key : {"epoch", "moved_to"}) fields.erase(key);
  Ask({{"op", "set"}, {"fields", fields}}, &Migration::OnInfoThere);
}

void Migration::OnInfoThere(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) Abort(ErrorOf(answer.head, wish_.host.text));
}

void Migration::OnMissing(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  const bool begins = !early_ && !arrives_;
  if (begins && Same() && !Imaged()) Arrive();  // an image starts when it is there
  std::vector<std::string> first;
  if (begins && !Same()) first = {"log", StringAt(pack_, "manifest")};
  shipment_->Send(first, answer.head["missing"].get<std::vector<std::string>>(), pack_);
}

void Migration::OnMoved() {
  KeepWaiting();
  Progress("sent " + SizeInWords(shipment_->sent()) + " of " + SizeInWords(shipment_->to_send()));
}

void Migration::OnTaken() {
  if (!early_ && shipment_->begun() && !Imaged()) Arrive();
}

// Every file is there. What is synced meanwhile is not waited for before the last step.
void Migration::OnAllThere() {
  if (early_) return EndRound();
  whole_ = true;
  if (state_ == MoveState::kQuiesced) Advance(MoveState::kShipped);
  if (over_) return;
  if (Imaged() && !image_.is_object()) return TakeImage();
  Arrive();
  account_.Begin("load");
  KeepWaiting();
  synced_ = false;
  Ask({{"op", "sync"}}, &Migration::OnSynced);
  if (retried_) AskTarget({{"verb", "again"}}, &Migration::OnArrived);
}

// In an image everything comes that is in the process; it is taken when all that its generation needs is there.
void Migration::TakeImage() {
  account_.Begin("image");
  Wait(kAnswer * 30, "the system image");
  Progress("taking a system image");
  hands_.hold(plan_["image"]["carry"], [this](json outcome) {
    if (!over_) OnImage(outcome);
  });
}

// The source stands still, and its image is on disk.
void Migration::OnImage(const json& outcome) {
  if (!FlagAt(outcome, "ok", false)) return Abort(ErrorOf(outcome, "the system image"));
  if (outcome.value("generation", 0u) != pack_.value("generation", 0u)) {
    return Abort({Code::kAborted, "the session changed while it was on its way", "try again"});
  }
  image_ = outcome;
  whole_ = false;
  if (Same()) return OnAllThere();
  shipment_->SendImage(ImageName(outcome.value("generation", 0u)) + "/", outcome["files"]);
}

void Migration::OnSynced(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  synced_ = true;
  Conclude();
}

}  // namespace ferry::relay
