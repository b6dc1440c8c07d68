// Which session the engine serves. Chosen before Python starts, because the hash seed of the interpreter belongs to it.
//
// FERRY_SESSION names it; else it belongs to the notebook (real path of $JPY_SESSION_NAME); else it is anonymous and new. A
// session that has none yet is made. Its lock is taken here and inherited by every engine of this relay. If another kernel
// holds it, this one gets an anonymous session and says why. If an engine holds it whose relay has gone, that engine is asked
// to save and end, and its session is waited for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "kernel/relay/lock_holder.h"
#include "serializer/store/store.h"
#include "util/lock.h"
#include "util/result.h"

namespace ferry::relay {

// What the engine noted before a recorded cell ran again (docs/format.md, `replaying`).
struct Replaying {
  bool cell = false;    // one was running
  bool unseen = false;  // no request had shown anything yet: what the engine owes an answer may be sent to the next one
  int number = 0;       // In[number]
  std::string why;      // what is said of it if the engine has ended: "ended the engine when it ran again"
};

struct Choice {
  std::string sid;              // empty: there is no usable store, and `anonymous` says why
  std::string home;             // the store
  std::optional<FileLock> lock;
  std::string hash_seed;        // for PYTHONHASHSEED
  std::string anonymous;        // why the session belongs to no notebook; empty if it does
  std::string elsewhere;        // the host that the session moved to: it must be brought back first. The lock is not kept
  std::optional<LockHolder> orphan;  // holds the session and its lock, and may be adopted
  bool restarted = false;       // the last engine was ended by "restart kernel"
  bool new_here = false;        // the session was made for this kernel, and the disk may not know of it yet
  std::string image_lost;       // why its system image did not come back; for the next engine to tell

  void Settle();                // the session is found after a loss of power; once an engine has been started, which takes longer
  bool Resuming() const;        // session.json says that the engine is bringing the session back
  Replaying InReplay() const;
  // Where a cell ran again: memory ran out in it, or may have, which only the engine's parent can tell.
  void NoteStarved(bool surely) const;
};

class SessionChooser {
 public:
  explicit SessionChooser(std::string python) : python_(std::move(python)) {}

  // kAborted: who holds the session is ending, or brings it back; ask again soon. That is the only error, and none if
  // `wait` is false.
  // adopt: an engine without a relay that runs the same Python is chosen as it is (Choice::orphan), if its session would come
  // back by itself; it is not asked to end.
  Result<Choice> Choose(bool wait, bool adopt);

  // A new anonymous session in place of the one that cannot be had.
  Choice Instead(const std::string& why);

 private:
  Result<Choice> Take(store::Store& store, const std::string& sid, const std::string& anonymous, bool wait, bool adopt);
  Choice Anonymous(store::Store& store, const std::string& why);

  bool MayAdopt(const store::SessionFiles& files, const LockHolder& orphan) const;

  std::string python_;
  pid_t asked_to_end_ = -1;  // an engine that lost its relay,
  std::chrono::steady_clock::time_point asked_at_;  // and when it was asked last
};

}  // namespace ferry::relay
