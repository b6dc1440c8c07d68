// The engine that a harbour has started: from its start, as an ordinary process or in a system image, to its end, and while it
// stands still because its session leaves in an image. One at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kernel/relay/hold.h"
#include "kernel/relay/runtime_dir.h"
#include "kernel/relay/session_choice.h"
#include "kernel/relay/wake.h"

namespace ferry::relay {

class Berth {
 public:
  // `tell`: an event of the link (docs/link.md): bound, held, goes-on, ended.
  Berth(std::string python, const RuntimeDir& dir, std::function<void(const json&)> tell)
      : python_(std::move(python)), dir_(dir), tell_(std::move(tell)) {}

  // For the session of `choice`, as the link's `start` says: {stem, number, pid, resuming}.
  Result<json> Start(const Choice& choice, const json& wish);
  // The engine stands still, to be imaged, which carries these mapped files: the words for its ferry_quiesce_request.
  // ends: it ends with the image, also when the harbour has gone.
  Result<json> Hold(const Choice& choice, const json& carry, bool ends);
  void LetGo(const Choice& choice, bool end);
  void ForgetHold(const Choice& choice);  // it refused to
  void Kill(int signal);
  // The harbour ends: an engine that owns no session ends with it. True: one stays.
  bool Leave(const Choice& choice, bool begun);

  // Looks at its sockets and its end. False, once: it has ended. One that did not come back in its image, but for a move, is
  // started once more without.
  bool Look(Choice& choice);
  bool runs() const { return engine_ > 0; }
  bool held() const { return hold_ != nullptr; }
  int fd() const { return door_ ? door_->fd() : hold_ ? hold_->fd() : -1; }

 private:
  Result<json> BringBack(const Choice& choice, std::uint32_t generation, const std::string& start);
  Result<void> Load(const Choice& choice, const std::string& start);
  json Started(bool resuming) const;
  std::string WhyEnded();

  std::string python_;
  const RuntimeDir& dir_;
  std::function<void(const json&)> tell_;
  int number_ = 0;
  pid_t engine_ = -1;
  bool bound_told_ = false;
  std::uint64_t kills_ = 0;     // OutOfMemoryKills() when it was started
  std::optional<Wake> door_;    // an engine that comes back in an image will come for its word
  json word_;
  std::unique_ptr<relay::Hold> hold_;
};

}  // namespace ferry::relay
