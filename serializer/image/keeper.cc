#include "serializer/image/keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

#include "serializer/image/child.h"
#include "serializer/image/libraries.h"
#include "serializer/image/namespaces.h"
#include "serializer/image/proc.h"
#include "serializer/image/said.h"
#include "util/file.h"

namespace ferry::image {
namespace {

constexpr double kLeast = 30, kBytesPerSecond = 50e6;
constexpr std::string_view kProgram = "ferry-image";
constexpr int kDidNotComeBack = 71;  // status of the first process when CRIU failed; what it said follows on its pipe

bool Put(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  return written;
}

std::string Offset(const char* clock, clockid_t id, std::int64_t then_us) {
  timespec now{};
  ::clock_gettime(id, &now);
  const std::int64_t micros = then_us - (now.tv_sec * 1'000'000 + now.tv_nsec / 1000);
  std::int64_t seconds = micros / 1'000'000, rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  return std::string(clock) + " " + std::to_string(seconds) + " " + std::to_string(rest * 1000) + "\n";
}

// Without root: a user namespace that maps this user alone, to himself. CRIU makes no time namespace there, so it is made
// here: timers of the processes go by a clock that must not jump back.
bool OwnNamespaces(const format::Bundle& bundle) {
  const std::string uid = std::to_string(::geteuid()), gid = std::to_string(::getegid());
  return ::unshare(CLONE_NEWUSER) == 0 && Put("/proc/self/setgroups", "deny") && Put("/proc/self/uid_map", uid + " " + uid + " 1\n") &&
         Put("/proc/self/gid_map", gid + " " + gid + " 1\n") && ::unshare(CLONE_NEWTIME) == 0 &&
         Put("/proc/self/timens_offsets", Offset("monotonic", CLOCK_MONOTONIC, bundle.monotonic_us) +
                                              Offset("boottime", CLOCK_BOOTTIME, bundle.boottime_us));
}

// A number far from those of the processes, which CRIU's own would else be given.
std::string Elsewhere(const format::Bundle& bundle) {
  const std::uint32_t highest = *std::max_element(bundle.pids.begin(), bundle.pids.end());
  return std::to_string(highest > 20000 ? 1000 : highest + 5000);
}

[[noreturn]] void EndAs(int status) {
  if (WIFSIGNALED(status)) {
    ::signal(WTERMSIG(status), SIG_DFL);
    ::prctl(PR_SET_DUMPABLE, 0);  // the engine's core is the one of interest
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::raise(WTERMSIG(status));
    ::_exit(128 + WTERMSIG(status));
  }
  ::_exit(WEXITSTATUS(status));
}

// Number 1: brings the image back and reaps. Its exit status says how the engine ended (128 + signal).
[[noreturn]] void First(const RestoreRequest& request, const Probe& probe, const format::Bundle& bundle, bool root, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto fail = [&](const std::string& why) {
    (void)!::write(report, why.data(), why.size());
    ::_exit(kDidNotComeBack);
  };
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    fail(std::string("no namespaces of its own: ") + std::strerror(errno));
  }
  const std::string scratch = request.log.substr(0, request.log.rfind('/')) + "/libraries";
  if (auto put = PutLibraries(bundle, request.folder + kImages, scratch); !put) fail(put.error().what);
  Put("/proc/sys/kernel/ns_last_pid", Elsewhere(bundle));
  std::vector<std::string> argv = {probe.criu, "restore", "-D", request.folder + kImages, "-o", request.log, "-v2", "-d", "--file-locks",
                                   "--tcp-close", "--link-remap", "--skip-file-rwx-check"};
  if (!root) argv.push_back("--unprivileged");
  const double seconds = request.seconds > 0 ? request.seconds : kLeast + static_cast<double>(Bytes(bundle)) / kBytesPerSecond;
  auto ran = RunProgram(argv, seconds, [root] { return root || KeepCapabilities(); });
  if (!ran) fail(ran.error().what);
  if (ran->killed) fail("CRIU did not end within " + std::to_string(static_cast<int>(seconds)) + " s and was killed");
  if (!ran->Good()) fail(Said(request.log, ran->output));
  ::close(report);
  const auto engine = static_cast<pid_t>(bundle.pids.front());
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  for (;;) {
    int status = 0;
    for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (ended == engine) ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    }
    int signal = 0;
    ::sigwait(&set, &signal);
    if (signal != SIGCHLD) ::kill(engine, signal);
  }
}

// By its name alone: an upgrade replaces or moves the program of a keeper that runs, which has no path then.
bool IsKeeper(pid_t pid) {
  constexpr std::string_view kGone = " (deleted)";
  std::string program = Link("/proc/" + std::to_string(pid) + "/exe");
  if (program.ends_with(kGone)) program.resize(program.size() - kGone.size());
  return program.substr(program.rfind('/') + 1) == kProgram;
}

}  // namespace

pid_t EngineOf(pid_t pid) {
  while (pid > 0 && IsKeeper(pid)) {
    const auto below = Children(pid);
    pid = below.empty() ? -1 : below.front();
  }
  return pid;
}

Error Keep(const RestoreRequest& request, const Probe& probe) {
  if (probe.criu.empty() || !probe.restore) return probe.WhyNot();
  auto bundle = Check(request.folder);
  if (!bundle) return bundle.error();
  if (bundle->pids.empty()) return {Code::kCorrupt, "the system image names no process", ""};
  if (auto fits = Fits(*bundle, probe.version); !fits) return fits.error();
  const bool root = probe.dump == Route::kRoot;
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return SystemError(errno, "make", "a pipe");
  if ((!root && !OwnNamespaces(*bundle)) || ::unshare(CLONE_NEWPID) != 0) {
    return {Code::kRefused, std::string("no namespaces can be made for the engine: ") + std::strerror(errno), "jupyter ferry doctor says what is missing"};
  }
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  const pid_t first = ::fork();
  if (first < 0) return SystemError(errno, "start", "a process");
  if (first == 0) {
    ::close(report[0]);
    First(request, probe, *bundle, root, report[1]);
  }
  ::close(report[1]);
  std::string why;
  char text[1024];
  for (ssize_t n; (n = ::read(report[0], text, sizeof text)) > 0 || (n < 0 && errno == EINTR);) {
    if (n > 0) why.append(text, static_cast<std::size_t>(n));
  }
  for (;;) {
    int status = 0;
    if (::waitpid(first, &status, WNOHANG) == first) {
      if (WIFEXITED(status) && WEXITSTATUS(status) == kDidNotComeBack && !why.empty()) {
        return {Code::kIo, "CRIU could not bring the image back: " + why, ""};
      }
      if (WIFEXITED(status) && WEXITSTATUS(status) > 128) status = WEXITSTATUS(status) - 128;  // as the engine ended
      EndAs(status);
    }
    int signal = 0;
    ::sigwait(&set, &signal);
    if (signal != SIGCHLD) ::kill(first, signal);
  }
}

}  // namespace ferry::image
