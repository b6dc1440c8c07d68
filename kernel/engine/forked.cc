#include "kernel/engine/forked.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace ferry::engine {
namespace {

std::vector<std::string> kept_prefixes;
int kept_fd = -1;

bool IsOurs(int fd) {
  if (fd == kept_fd) return true;
  char text[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  ssize_t n = ::readlink(link.c_str(), text, sizeof text);
  if (n <= 0) return false;
  std::string_view path(text, static_cast<std::size_t>(n));
  sockaddr_un address{};
  if (path.starts_with("socket:")) {
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sun_family != AF_UNIX) return false;
    path = std::string_view(address.sun_path, size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0);
  }
  return std::any_of(kept_prefixes.begin(), kept_prefixes.end(), [&](const auto& prefix) { return path.starts_with(prefix); });
}

// In the child, before anything of it runs. The system's allocator is usable there.
void InChild() {
  if (kept_prefixes.empty()) return;
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (fd > 2 && fd != ::dirfd(folder) && IsOurs(fd)) ::dup3(nothing, fd, O_CLOEXEC);
  }
  ::closedir(folder);
  ::close(nothing);
}

}  // namespace

void KeepFromChildren(std::vector<std::string> prefixes) {
  static const int registered = ::pthread_atfork(nullptr, nullptr, InChild);
  (void)registered;
  kept_prefixes = std::move(prefixes);
}

void KeepFromChildren(int fd) { kept_fd = fd; }

}  // namespace ferry::engine
