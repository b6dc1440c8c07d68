// Going into namespaces between fork and exec. Only system calls: also for the child of a process with threads.
#pragma once

#include <sys/types.h>

#include <vector>

namespace ferry::image {

// Descriptors of those namespaces of `pid` that this process is not in (user, pid, mnt, time, net).
class Namespaces {
 public:
  explicit Namespaces(pid_t pid);
  ~Namespaces();
  Namespaces(const Namespaces&) = delete;

  bool others() const { return !fds_.empty(); }
  bool user() const { return user_; }  // another user namespace: there this user has every privilege, and criu none outside
  // Joins them; a child of this process is then in the pid namespace as well. False if the system says no.
  bool Join() const;

 private:
  std::vector<int> fds_;
  bool user_ = false, pid_ = false;
};

// After entering a user namespace of one's own: what is exec'ed keeps every capability but the two with which criu would
// try to set user numbers that are not mapped.
bool KeepCapabilities();

}  // namespace ferry::image
