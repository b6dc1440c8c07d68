// Who holds the lock of a session, and whether waiting for it is worth while.
//
// A lock file names the process that holds it (FileLock::Holder). What that process is can change from one look at /proc to
// the next: an engine loses its relay, and one that was killed holds its lock until the kernel has taken its memory apart,
// which takes long for a large one. So it is looked at once, and a process that is ending is told apart from one that works.
#pragma once

#include <sys/types.h>

#include <string>

namespace ferry::relay {

struct LockHolder {
  enum class Kind {
    kOther,          // a kernel that works, or a process of another machine
    kEnding,         // a process that is gone or going, or an engine that ends or whose relay does: another look tells more
    kOrphan,         // an engine that no relay serves; it can be taken over unless it was told to end, or saves and ends when it is asked to
    kHarbour,        // a harbour (harbour.h) itself
    kHarbourEngine,  // an engine of a living harbour
  };
  Kind kind = Kind::kOther;
  bool told = false;   // an engine whose relay has asked it to end
  bool still = false;  // an engine that stands still, and is imaged by a program that ends by itself (ferry-image)
  pid_t pid = -1;    // of the holder, if it is a process of this machine; of an engine that came back in an image its keeper's
  pid_t relay = -1;  // of an engine's relay or harbour, as it was started
  std::string file, python;  // of an engine: its connection file, and what runs it
};

// Held by the relay that has taken over the engine with this connection file.
std::string AdopterLock(const std::string& connection_file);
// A file that stands there once the relay of the engine with this connection file has asked it to end.
std::string EndMark(const std::string& connection_file);

// `holder`: what FileLock::Holder says.
LockHolder Examine(const std::string& holder);

// A variable of the environment in which a process of this user was started; "" without it.
std::string VariableOf(pid_t pid, const std::string& name);

}  // namespace ferry::relay
