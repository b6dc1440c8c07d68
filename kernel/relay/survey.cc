#include "kernel/relay/survey.h"

#include <algorithm>

namespace ferry::relay {
namespace {

constexpr int kEchoes = 4;                   // pieces that measure the wire
constexpr std::size_t kLeastEcho = 4 << 10;  // bytes of one

}  // namespace

void Survey::Ask(json head, void (Survey::*then)(const Parcel&), std::string_view body) {
  head["session"] = pack_["session"];
  link_.Ask(std::move(head), [this, then](Parcel answer) {
    if (!over_) (this->*then)(answer);
  }, body);
}

void Survey::Look(const json& pack) {
  pack_ = pack;
  const json asked = {{"op", "facts"}, {"packages", pack_["packages"]}, {"files", pack_["files"]}};
  const bool known = facts_.is_object() && asked_ == asked && pack_["files"].empty();  // files change
  if (known) return AskFits();
  hands_.examines();
  asked_ = asked;
  Ask(asked, &Survey::OnFacts);
}

void Survey::OnFacts(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return hands_.failed(ErrorOf(answer.head, host_));
  facts_.update(answer.head);
  AskFits();
}

void Survey::AskFits() {
  facts_.erase("image");
  if (pack_["image"].is_object()) Ask({{"op", "fits"}, {"image", pack_["image"]}}, &Survey::OnFits);
  else Measure();
}

void Survey::OnFits(const Parcel& answer) {
  facts_["image"] = answer.head;
  Measure();
}

// The first piece opens the window of the wire, the others are measured. All of them together are an eighth of what may have to
// be sent, or little.
void Survey::Measure() {
  if (bandwidth_ > 0) return hands_.done();
  double sum = 0;
  for (const json& bytes : pack_["bytes"]) sum += bytes.get<double>();
  echo_ = std::clamp(static_cast<std::size_t>(sum / 8 / kEchoes), largest_ ? kPiece : kLeastEcho, kPiece);
  const std::string piece(echo_, '\x5a');
  for (int i = 0; i < kEchoes; ++i) Ask({{"op", "echo"}}, &Survey::OnEcho, piece);
}

void Survey::OnEcho(const Parcel&) {
  if (++echoes_ == 1) measured_ = Timers::Clock::now();
  if (echoes_ < kEchoes) return;
  const double seconds = std::chrono::duration<double>(Timers::Clock::now() - measured_).count();
  bandwidth_ = (kEchoes - 1) * double(echo_) / std::max(seconds, 1e-6);
  hands_.done();
}

}  // namespace ferry::relay
