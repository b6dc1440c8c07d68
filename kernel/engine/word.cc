#include "kernel/engine/word.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace ferry::engine {
namespace {

constexpr long kBetween = 3'000'000;  // nanoseconds between two tries
constexpr int kLook = 100;            // tries between two looks at `alive`
constexpr int kAlone = 20'000 / 300;  // looks without anybody: 20 s

int Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

// What tells a process from its copies, which have its memory and its number: when it began (proc(5), stat, field 22).
std::string Began() {
  std::ifstream in("/proc/self/stat");
  std::string stat;
  std::getline(in, stat);
  constexpr int kField = 22, kState = 3;  // the first behind the name, which may hold anything
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string field;
  for (int i = kState; i <= kField; ++i) fields >> field;
  return field;
}

bool Held(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

Word Read(int fd) {
  Word word;
  for (;;) {
    char text[4096];
    alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
    iovec part{text, sizeof text};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return word;
    word.text.append(text, static_cast<std::size_t>(n));
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      const std::size_t before = word.fds.size();
      word.fds.resize(before + count);
      std::memcpy(word.fds.data() + before, CMSG_DATA(c), count * sizeof(int));
    }
  }
}

}  // namespace

Word AskFor(const std::string& path) {
  const int fd = Connect(path);
  if (fd < 0) return {};
  Word word = Read(fd);
  ::close(fd);
  return word;
}

Word WaitForWord(const std::string& path, const std::string& copy, const std::string& alive) {
  const std::string original = Began();
  int alone = 0;
  for (int tries = 1;; ++tries) {
    if (Word word = AskFor(Began() == original ? path : copy); !word.text.empty()) return word;
    if (tries % kLook == 0) {
      alone = Held(alive) ? 0 : alone + 1;
      if (alone > kAlone) return {};
    }
    const timespec wait{0, kBetween};
    ::nanosleep(&wait, nullptr);
  }
}

}  // namespace ferry::engine
