#include "serializer/image/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "util/file.h"

namespace ferry::image {

Result<Ran> RunProgram(const std::vector<std::string>& argv, double seconds, const std::function<bool()>& before) {
  std::vector<char*> arguments;
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return SystemError(errno, "make", "a pipe");
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return SystemError(error, "start", argv[0]);
  }
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    // An inherited descriptor would be in its way, or in the image.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (before && !before()) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(static_cast<long>(seconds * 1000));
  constexpr std::size_t kKept = 64 << 10;
  const int gone = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));  // readable once it has ended
  Ran ran;
  bool open = true;
  while (::waitpid(pid, &ran.status, WNOHANG) != pid) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) {
      ran.killed = true;
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, &ran.status, 0) < 0 && errno == EINTR) {}
      break;
    }
    pollfd items[] = {{open ? ends[0] : -1, POLLIN, 0}, {gone, POLLIN, 0}};
    if (::poll(items, 2, static_cast<int>(left)) <= 0 || !items[0].revents) continue;
    char bytes[4096];
    const ssize_t n = ::read(ends[0], bytes, sizeof bytes);
    if (n > 0 && ran.output.size() < kKept) ran.output.append(bytes, static_cast<std::size_t>(n));
    if (n <= 0) open = false;
  }
  // What it said last; a child of its that keeps the pipe open is not waited for.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  char bytes[4096];
  for (ssize_t n; open && ran.output.size() < kKept && (n = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
    ran.output.append(bytes, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  ::close(gone);
  return ran;
}

}  // namespace ferry::image
