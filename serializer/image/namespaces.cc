#include "serializer/image/namespaces.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "serializer/image/proc.h"

namespace ferry::image {

Namespaces::Namespaces(pid_t pid) {
  for (const char* kind : {"user", "pid", "mnt", "time", "net"}) {  // the user namespace gives the right to join the others
    const std::string theirs = "/proc/" + std::to_string(pid) + "/ns/" + kind;
    const std::string there = Link(theirs);
    if (there.empty() || there == Link(std::string("/proc/self/ns/") + kind)) continue;
    const int fd = ::open(theirs.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    fds_.push_back(fd);
    user_ |= std::string_view(kind) == "user";
    pid_ |= std::string_view(kind) == "pid";
  }
}

Namespaces::~Namespaces() {
  for (int fd : fds_) ::close(fd);
}

bool Namespaces::Join() const {
  for (int fd : fds_) {
    if (::setns(fd, 0) != 0) return false;
  }
  return !user_ || KeepCapabilities();
}

bool KeepCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  constexpr unsigned kNot = 1u << CAP_SETUID | 1u << CAP_SETGID;
  data[0].inheritable = data[0].permitted & ~kNot;
  data[1].inheritable = data[1].permitted;
  if (::syscall(SYS_capset, &header, data) != 0) return false;
  for (int capability = 0; capability < 64; ++capability) {
    if (data[capability / 32].inheritable >> (capability % 32) & 1) ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  }
  return true;
}

}  // namespace ferry::image
