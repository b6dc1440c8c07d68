#include "kernel/relay/wake.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel/relay/answers.h"

namespace ferry::relay {

Result<std::string> Wake::Place() {
  const std::string folder = "/tmp/ferry-" + std::to_string(::geteuid());
  if (auto made = OwnDirectory(folder); !made) return made.error();
  return folder + "/" + RandomHex(8) + ".wake";
}

Result<Wake> Wake::Listen(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto slash = path.rfind('/');
  if (path.size() >= sizeof address.sun_path || slash == std::string::npos) {
    return Error{Code::kInvalid, "no socket can be named " + path, ""};
  }
  if (auto made = OwnDirectory(path.substr(0, slash)); !made) return made.error();
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto where = reinterpret_cast<const sockaddr*>(&address);
  if (fd >= 0 && ::connect(fd, where, sizeof address) == 0) {
    ::close(fd);
    return Error{Code::kRefused, "another kernel is bringing back the same system image", ""};
  }
  ::unlink(path.c_str());
  if (fd < 0 || ::bind(fd, where, sizeof address) != 0 || ::listen(fd, 1) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return Error{Code::kIo, "cannot listen at " + path + ": " + std::strerror(error), ""};
  }
  return Wake(fd, path);
}

Wake::Wake(Wake&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
Wake& Wake::operator=(Wake&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}
Wake::~Wake() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

bool Wake::Say(const std::string& text, const std::vector<int>& fds) {
  const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (peer < 0) return false;
  alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = {};
  CHECK(fds.size() <= 8);
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
  std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  const ssize_t sent = ::sendmsg(peer, &message, MSG_NOSIGNAL);  // a word is small: it fits into the socket's buffer
  ::close(peer);
  return sent == static_cast<ssize_t>(text.size());
}

bool Wake::Say(json word, const RuntimeDir& dir, int number, const Choice& choice) {
  const int log = ::open(dir.Log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int self = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
  word["connection_file"] = dir.ConnectionFile(number);
  word["fds"] = {"alive", "relay", "log"};
  std::vector<int> fds = {dir.alive_fd(), self, log};
  if (choice.lock) {
    word["fds"].push_back("lock");
    fds.push_back(choice.lock->fd());
  }
  const bool said = Say(Text(word), fds);
  ::close(log);
  ::close(self);
  return said;
}

}  // namespace ferry::relay
