// An engine on this host that stands still while its session moves in a system image (docs/link.md): imaged by ferry-image,
// and stopped with all its processes until it is known whether the session lives on elsewhere. Then it ends, or goes on as if
// nothing had happened. If this process dies first, it goes on, finds nobody, and ends by itself.
#pragma once

#include <optional>

#include "kernel/relay/engine.h"
#include "kernel/relay/wake.h"

namespace ferry::relay {

class Hold {
 public:
  // Starts ferry-image, which waits for the engine to stand still. `carry`: files that it has mapped and the target lacks.
  // ends: with the image the engine ends, whatever becomes of this process; until then ferry-image holds the session's lock.
  static Result<std::unique_ptr<Hold>> Begin(const RuntimeDir& dir, const Choice& choice, int number, pid_t engine, const json& carry, bool ends = false);
  Hold(const Hold&) = delete;
  ~Hold();

  // What the engine is asked for with a ferry_quiesce_request: wake, copy, marker, alive.
  const json& words() const { return words_; }

  // To be called every now and then. Once, when it is known: what ferry-image said. After a failure the engine goes on by itself,
  // as after LetGo(false).
  std::optional<json> Outcome();
  void LetGo(bool end);
  // The engine has refused to stand still, and comes for no word.
  void Forget();
  // Waits for the processes to have ended, after LetGo(true).
  void Await();

  int fd() const { return door_ ? door_->fd() : -1; }
  // When fd() is readable. True: the engine has its word and opens its sockets.
  bool Say(const RuntimeDir& dir, int number, const Choice& choice);

 private:
  Hold(const RuntimeDir& dir, int number, std::string wake) : dir_(dir), number_(number), wake_(std::move(wake)) {}
  bool Reaped(int options);
  void Open();

  const RuntimeDir& dir_;
  int number_;
  std::string wake_;
  json words_, outcome_;
  pid_t helper_ = -1;
  bool told_ = false, let_go_ = false, ends_ = false, over_ = false;
  std::optional<Wake> door_;
};

// The marks by which a target knows that a store is the source's own.
void RemoveMarks(const store::SessionFiles& files);

}  // namespace ferry::relay
