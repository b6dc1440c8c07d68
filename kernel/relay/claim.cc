#include "kernel/relay/claim.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

#include "kernel/relay/lock_holder.h"
#include "kernel/relay/ssh.h"

namespace ferry::relay {

Result<FileLock> Claim::Take(const store::SessionFiles& files, bool take) {
  auto lock = FileLock::Take(files.Lock());
  if (lock) return lock;
  const LockHolder holder = Examine(FileLock::Holder(files.Lock()));
  if (holder.kind == LockHolder::Kind::kOrphan) {
    if (std::exchange(asked_to_end_, holder.pid) != holder.pid) ::kill(holder.pid, SIGTERM);
    return Error{Code::kAborted, "an engine that lost its relay is saving the session", ""};
  }
  if (holder.kind == LockHolder::Kind::kEnding) return Error{Code::kAborted, "who holds the session is ending", ""};
  // Who takes a session that lives here owns it, and a relay has one harbour here at a time. One that holds the session still
  // has lost its wire, and may not hear of that for hours; without it, its engine is an orphan.
  const bool engine = holder.kind == LockHolder::Kind::kHarbourEngine;
  const pid_t harbour = engine ? holder.relay : holder.kind == LockHolder::Kind::kHarbour ? holder.pid : -1;
  const bool wired = engine || !VariableOf(harbour, "SSH_CONNECTION").empty();
  const std::string asker = VariableOf(::getpid(), kHarbourOf);
  const bool ours = !asker.empty() && VariableOf(harbour, kHarbourOf) == asker;
  if (harbour <= 0 || !(ours || (wired && take))) return lock;
  // So that it removes what it has made; it may wait for a wire that takes nothing, and then hears only the second word.
  if (!engine && std::exchange(asked_to_leave_, harbour) != harbour) ::kill(harbour, SIGTERM);
  else ::kill(harbour, SIGKILL);
  return Error{Code::kAborted, "the session is held for a wire that was cut", ""};
}

}  // namespace ferry::relay
