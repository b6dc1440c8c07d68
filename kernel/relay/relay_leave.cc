// The session lives on another host, and its engine there is told to end. What only a system image carries must be in one that
// comes back on this host: it is taken there, by the harbour, and fetched with the rest (fetch.h).
//
//   image     the engine saves, and says what an image would be of, if one is needed
//   hold      ferry-image waits there; with what is lacking of the files that the engine has mapped: on this host, and on that
//             one where the session will wake there
//   shutdown  the engine stands still, is imaged and ends; or ends without an image, and leaves word of why
//
// ferry-image and the engine go on to the end if this process or the wire is gone after `shutdown`; before it the engine saves
// and ends by itself, without an image.
#include <algorithm>

#include "kernel/relay/answers.h"
#include "kernel/relay/host_facts.h"
#include "kernel/relay/relay.h"

namespace ferry::relay {

void Relay::EndThere() {
  AskEngineToMove({{"verb", "image"}}, [this](json said) { OnImageThere(said); });
  ends_there_.emplace();
}

void Relay::OnImageThere(const json& said) {
  if (!engine_ || !EndsThere()) return;
  const json image = said.value("image", json()), lack = said.value("lack", json());
  if (!image.is_object()) return AskToEnd(lack.is_object() ? json{{"refused", lack}} : json::object());
  auto fits = ImageFits(image);
  if (!fits && leaving_) {  // a suspended session wakes there
    const std::string what = "the session was on " + host_.text + ", and an image of it would not come back here: " + fits.error().what;
    return AskToEnd({{"refused", {{"code", Name(fits.error().code)}, {"what", what}, {"remedy", fits.error().remedy}}}});
  }
  const json carry = fits ? (*fits)["carry"] : json::array();
  if (leaving_) return HoldToEnd(carry);
  AddLackingThere(image, carry, [this](json both) {
    if (engine_ && EndsThere()) HoldToEnd(both);
  });
}

void Relay::AddLackingThere(const json& image, json carry, std::function<void(json)> then) {
  engine_->link()->Ask({{"op", "fits"}, {"session", choice_.sid}, {"image", image}}, [carry, then](Parcel there) {
    json both = there.head.value("carry", json::array());
    for (const json& path : carry) {
      if (std::find(both.begin(), both.end(), path) == both.end()) both.push_back(path);
    }
    then(both);
  });
}

void Relay::HoldToEnd(const json& carry) {
  HoldSource(carry, [this](json outcome) {
    if (!EndsThere()) return;
    ends_there_->imaged = FlagAt(outcome, "ok", false);
    LetGoSource(/*end=*/ends_there_->imaged);
    if (!ends_there_->imaged && !ends_there_->asked) AskToEnd({{"refused", outcome}});
  });
}

void Relay::AskToEnd(json words) {
  ends_there_->asked = true;
  words.update({{"v", 1}, {"epoch", engine_->number()}, {"restart", false}});
  engine_->SendControl(author_.Make({}, "ferry_shutdown_request", "{}", Text(words)));
}

}  // namespace ferry::relay
