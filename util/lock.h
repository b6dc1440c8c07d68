// A lock between processes: flock on a file that says who holds it. It ends with the last descriptor of its open file,
// so that a killed holder never leaves it behind, and a process can hand it to its child by leaving the descriptor open.
// What stands in the file is for messages only; whether the lock is held, flock alone says.
#pragma once

#include <sys/types.h>

#include <string>

#include "util/result.h"

namespace ferry {

class FileLock {
 public:
  // Takes the lock or says who has it (kRefused: "in use by pid 123 on HOST since ..."). Does not wait, but forgives a
  // holder of some milliseconds (Held() of another process looks that way).
  static Result<FileLock> Take(const std::string& path);
  static Result<FileLock> Wait(const std::string& path);  // waits for it; for work of milliseconds
  // `fd` is the descriptor of a lock on `path` that this process inherited; it is closed by this object from now on and
  // no longer inherited further. kRefused if it is another file or not the holder.
  static Result<FileLock> Adopt(int fd, const std::string& path);
  // Shares a lock on `path` that another process of this user holds: both hold it from now on, and whoever signed in stays.
  // kRefused if it does not hold it; kIo where the system keeps its descriptors from this process.
  static Result<FileLock> Share(pid_t pid, const std::string& path);
  static bool Held(const std::string& path);             // by any process
  static std::string Holder(const std::string& path);    // "pid 123 on HOST since ...": the last that took it; may be ""

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // The number under which this process, and none of its children, signs in from now on: in a pid namespace its own says
  // nothing to others.
  static void SignAs(pid_t pid);

  int fd() const { return fd_; }  // close-on-exec; who starts a child that shall share the lock passes a duplicate

  // A forked child shares the open file and would hold the lock beyond its parent's life: from now on children of
  // fork() close it at once. For a process whose children run code that is not ours.
  void CloseInForkedChildren();

 private:
  FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace ferry
