#include "kernel/relay/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace ferry::relay {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct Child {
  std::vector<char*> argv, environment;
  std::vector<int> keep;  // sorted
  const char* log;
  int in, out;
  const char *uid_map, *gid_map;  // null: no user namespace
};

std::string Itself(unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1\n"; }

void Put(const char* file, const char* text) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  (void)!::write(fd, text, std::strlen(text));
  ::close(fd);
}

// Runs between fork and exec of a process with threads: only calls that are safe in a signal handler. Returns on failure.
void Become(const Child& child) {
  ::setsid();
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int in = child.in >= 0 ? child.in : ::open("/dev/null", O_RDONLY);
  int log = ::open(child.log, O_WRONLY | O_CREAT | O_APPEND, 0600), out = child.out >= 0 ? child.out : log;
  if (in < 0 || log < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(log, 2) < 0) return;
  if (child.uid_map && ::unshare(CLONE_NEWUSER) == 0) {
    Put("/proc/self/setgroups", "deny");
    Put("/proc/self/uid_map", child.uid_map);
    Put("/proc/self/gid_map", child.gid_map);
  }
  int from = 3;
  for (int fd : child.keep) {
    if (fd > from) ::close_range(from, fd - 1, CLOSE_RANGE_CLOEXEC);
    ::fcntl(fd, F_SETFD, 0);
    from = fd + 1;
  }
  ::close_range(from, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execve(child.argv[0], child.argv.data(), child.environment.data());
}

}  // namespace

Result<pid_t> Spawn(const Command& command) {
  Child child{Pointers(command.argv), Pointers(command.environment), command.keep, command.log.c_str(), command.in, command.out, nullptr, nullptr};
  const std::string uid_map = Itself(::geteuid()), gid_map = Itself(::getegid());
  if (command.own_user) child.uid_map = uid_map.c_str(), child.gid_map = gid_map.c_str();
  std::sort(child.keep.begin(), child.keep.end());
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return Error{Code::kIo, std::string("pipe: ") + std::strerror(errno), ""};
  pid_t pid = ::fork();
  if (pid == 0) {
    Become(child);
    int error = errno;
    (void)!::write(report[1], &error, sizeof error);
    ::_exit(127);
  }
  int error = pid < 0 ? errno : 0;
  ::close(report[1]);
  if (pid > 0) {
    ssize_t got;
    do {
      got = ::read(report[0], &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got > 0) ::waitpid(pid, nullptr, 0);
  }
  ::close(report[0]);
  if (error) {
    return Error{Code::kIo, "cannot start " + command.argv[0] + ": " + std::strerror(error),
                 "run `jupyter ferry install` in the environment whose Python the kernel shall use"};
  }
  return pid;
}

const std::string& ProgramPath() {
  std::error_code none;
  static const std::string path = std::filesystem::read_symlink("/proc/self/exe", none);
  return path;
}

std::vector<std::string> EnvironmentWith(const std::vector<std::string>& set) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text(*entry), name = text.substr(0, text.find('=') + 1);
    bool replaced = std::any_of(set.begin(), set.end(), [&](const std::string& s) { return s.starts_with(name); });
    if (!replaced) result.emplace_back(text);
  }
  result.insert(result.end(), set.begin(), set.end());
  return result;
}

bool Ending::Clean() const { return lost.empty() && WIFEXITED(status) && WEXITSTATUS(status) == 0; }

bool Ending::Starved() const { return lost.empty() && memory && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

bool Ending::Crashed() const {
  if (!lost.empty() || !WIFSIGNALED(status)) return false;
  const int signal = WTERMSIG(status);
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL || signal == SIGABRT;
}

std::string Ending::Words() const {
  if (!lost.empty()) return lost + (memory ? ", perhaps because memory ran out: the system ended a process for want of it" : "");
  if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
  if (Starved()) return "was ended by the system because memory ran out";
  int signal = WTERMSIG(status);
  std::string why = signal == SIGKILL ? "; the system does so when memory runs out" : "";
  return "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + why + ")";
}

std::optional<Ending> Reap(pid_t pid, bool asked_to_end) {
  siginfo_t info{};
  if (::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid) return std::nullopt;
  bool clean = info.si_code == CLD_EXITED && info.si_status == 0;
  // Until it is waited for, its number cannot belong to another group.
  if (!asked_to_end && !clean) ::kill(-pid, SIGKILL);
  Ending ending;
  ::waitpid(pid, &ending.status, 0);
  return ending;
}

}  // namespace ferry::relay
