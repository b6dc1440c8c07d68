#include "util/lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "util/clock.h"
#include "util/file.h"

namespace ferry {
namespace {

// The lock that forked children close: a process writes one session, so there is one.
int g_close_in_children = -1;

struct {
  pid_t self = -1, shown = -1;
} g_signs_as;

int Open(const std::string& path) { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }

// False when the file was removed or replaced after `fd` was opened: then the lock protects nothing.
bool IsStill(int fd, const std::string& path) {
  struct stat mine, there;
  return ::fstat(fd, &mine) == 0 && ::stat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
         mine.st_dev == there.st_dev;
}

Error InUse(const std::string& path) { return {Code::kRefused, "in use by " + FileLock::Holder(path), ""}; }

void SignIn(int fd) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const pid_t pid = g_signs_as.self == ::getpid() ? g_signs_as.shown : ::getpid();
  std::string text = "pid " + std::to_string(pid) + " on " + host + " since " + LocalTime(NowMicros()) + "\n";
  // Only a message: on a full disk the lock is held without it.
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, text.data(), text.size(), 0);
}

Result<int> OpenAndLock(const std::string& path, int operation) {
  while (true) {
    int fd = Open(path);
    if (fd < 0) return SystemError(errno, "open", path);
    if (::flock(fd, operation) < 0) {
      int error = errno;
      ::close(fd);
      if (error == EINTR) continue;
      if (error == EWOULDBLOCK) return InUse(path);
      return SystemError(error, "lock", path);
    }
    if (IsStill(fd, path)) return fd;
    ::close(fd);
  }
}

}  // namespace

Result<FileLock> FileLock::Take(const std::string& path) {
  Result<int> fd = OpenAndLock(path, LOCK_EX | LOCK_NB);
  for (int tries = 0; !fd && fd.error().code == Code::kRefused && tries < 3; ++tries) {
    ::usleep(2000);
    fd = OpenAndLock(path, LOCK_EX | LOCK_NB);
  }
  if (!fd) return fd.error();
  SignIn(*fd);
  return FileLock(*fd);
}

Result<FileLock> FileLock::Wait(const std::string& path) {
  Result<int> fd = OpenAndLock(path, LOCK_EX);
  if (!fd) return fd.error();
  return FileLock(*fd);
}

Result<FileLock> FileLock::Adopt(int fd, const std::string& path) {
  if (!IsStill(fd, path)) {
    return Error{Code::kRefused, "descriptor " + std::to_string(fd) + " is not the lock " + path, ""};
  }
  // Succeeds at once where the open file already holds the lock.
  if (::flock(fd, LOCK_EX | LOCK_NB) < 0) {
    return InUse(path);
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  SignIn(fd);
  return FileLock(fd);
}

Result<FileLock> FileLock::Share(pid_t pid, const std::string& path) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  auto numbers = List(folder);
  if (!numbers) return numbers.error();
  struct stat lock, found;
  if (::stat(path.c_str(), &lock) != 0) return SystemError(errno, "look at", path);
  const FileLock process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  int refused = 0;
  for (const auto& number : *numbers) {
    if (::stat((folder + "/" + number).c_str(), &found) != 0 || found.st_ino != lock.st_ino || found.st_dev != lock.st_dev) continue;
    FileLock shared(static_cast<int>(::syscall(SYS_pidfd_getfd, process.fd_, std::stoi(number), 0)));
    if (shared.fd_ < 0) refused = errno;
    else if (::flock(shared.fd_, LOCK_EX | LOCK_NB) == 0) return shared;  // at once where the open file holds the lock
  }
  if (refused) return SystemError(refused, "share", path + " with process " + std::to_string(pid));
  return Error{Code::kRefused, "process " + std::to_string(pid) + " does not hold " + path, ""};
}

bool FileLock::Held(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool held = ::flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

std::string FileLock::Holder(const std::string& path) {
  auto text = ReadFile(path, 4096);
  return text ? text->substr(0, text->find('\n')) : "";
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FileLock::~FileLock() {
  if (fd_ < 0) return;
  if (g_close_in_children == fd_) g_close_in_children = -1;
  ::close(fd_);
}

void FileLock::SignAs(pid_t pid) { g_signs_as = {::getpid(), pid}; }

void FileLock::CloseInForkedChildren() {
  static const int registered = ::pthread_atfork(nullptr, nullptr, [] {
    if (g_close_in_children < 0) return;
    // Replaced and not closed: the number stays ours, so that the lock's owner in the child closes nothing else.
    int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup3(nothing, g_close_in_children, O_CLOEXEC);
    ::close(nothing);
    g_close_in_children = -1;
  });
  (void)registered;
  g_close_in_children = fd_;
}

}  // namespace ferry
