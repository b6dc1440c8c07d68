#include "serializer/image/dump.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "serializer/image/child.h"
#include "serializer/image/keeper.h"
#include "serializer/image/namespaces.h"
#include "serializer/image/proc.h"
#include "serializer/image/said.h"
#include "serializer/image/sha256.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::image {
namespace {

constexpr double kLeast = 30, kBytesPerSecond = 50e6;  // a busy disk still writes that much
constexpr double kReserve = 64e6;                      // bytes of disk that stay free

std::int64_t Clock(clockid_t clock, pid_t pid) {
  timespec now{};
  ::clock_gettime(clock, &now);
  std::int64_t micros = now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
  const std::string proc = "/proc/" + std::to_string(pid);
  if (Link(proc + "/ns/time") == Link("/proc/self/ns/time")) return micros;
  std::istringstream lines(ReadAll(proc + "/timens_offsets"));
  std::string name;
  for (std::int64_t seconds, nanos; lines >> name >> seconds >> nanos;) {
    if (name == (clock == CLOCK_MONOTONIC ? "monotonic" : "boottime")) micros += seconds * 1'000'000 + nanos / 1000;
  }
  return micros;
}

// Where this process finds a file that another has mapped: with a mount namespace of its own, that sees others.
std::string Seen(pid_t pid, const std::string& path) { return "/proc/" + std::to_string(pid) + "/root" + path; }

// Into the engine's namespaces, and with its pid namespace into a child of this process.
bool Inside(const Namespaces& there) {
  if (!there.others()) return true;
  if (!there.Join()) return false;
  const pid_t child = ::fork();
  if (child == 0) return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  ::_exit(child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

Result<void> RunCriu(const DumpRequest& request, const Probe& probe, const std::string& folder, pid_t pid, double seconds) {
  const Namespaces there(pid);
  const std::string log = folder + "/dump.log";
  std::vector<std::string> argv = {probe.criu};
  // sudo passes no SIGKILL on: the helper has the deadline too.
  if (probe.dump == Route::kHelper && !there.others()) argv = {kSudo, "-n", probe.helper, std::to_string(static_cast<int>(seconds) + 3)};
  argv.insert(argv.end(), {
      "dump", "-t", std::to_string(there.others() ? OwnNumber(pid) : pid), "-D", folder + kImages, "-o", log, "-v2",
      "--file-locks", "--tcp-close", "--link-remap", "--ghost-limit", "1G", "--timeout", std::to_string(static_cast<int>(seconds)),
      request.ends ? "--leave-stopped" : "--leave-running"});
  if (probe.dump != Route::kRoot || there.user()) argv.push_back("--unprivileged");
  auto ran = RunProgram(argv, seconds + 5, [&] {
    ::umask(077);
    return Inside(there);
  });
  if (!ran) return ran.error();
  if (ran->Good()) return {};
  if (ran->killed) return Error{Code::kIo, "CRIU did not end within " + std::to_string(static_cast<int>(seconds)) + " s and was killed", ""};
  return Error{Code::kRefused, "CRIU could not take the image: " + Said(log, ran->output), "free what it names, or do without the image"};
}

Result<void> Finish(format::Bundle& bundle, const std::string& temporary, const std::string& folder) {
  auto names = List(temporary + kImages);
  if (!names) return names.error();
  auto disk = File::Read(temporary);
  if (!disk) return disk.error();
  std::vector<std::string> paths;
  for (const auto& name : *names) paths.push_back(temporary + kImages + "/" + name);
  auto hashed = HashFiles(paths);
  if (!hashed) return hashed.error();
  for (std::size_t i = 0; i < paths.size(); ++i) bundle.files.push_back({(*names)[i], (*hashed)[i].bytes, (*hashed)[i].sha256});
  if (auto r = disk->SyncFileSystem(); !r) return r;
  auto encoded = format::Encode(bundle);
  if (!encoded) return encoded.error();
  (void)Remove(temporary + "/dump.log");
  if (auto r = Replace(temporary + kBundle, *encoded); !r) return r;
  if (auto r = RemoveTree(folder); !r) return r;
  return Rename(temporary, folder);
}

// Copies of the files that shall travel, as the processes see them.
Result<void> Carry(const DumpRequest& request, format::Bundle& bundle, const std::string& images, pid_t pid) {
  std::size_t number = 0;
  for (auto& file : bundle.mapped) {
    if (std::find(request.carry.begin(), request.carry.end(), file.path) == request.carry.end()) continue;
    file.carried = "carried-" + std::to_string(number++);
    std::error_code failed;
    std::filesystem::copy_file(Seen(pid, file.path), images + "/" + file.carried, failed);
    if (failed) return Error{Code::kIo, "cannot copy " + file.path + ": " + failed.message(), ""};
    ::chmod((images + "/" + file.carried).c_str(), 0600);
  }
  return {};
}

using Inode = std::pair<dev_t, ino_t>;

// Files that this process has open. To open one once more and close it would take its locks (fcntl) away.
std::set<Inode> OpenHere() {
  std::set<Inode> open;
  auto numbers = List("/proc/self/fd");
  for (const auto& number : numbers ? *numbers : std::vector<std::string>()) {
    struct stat s;
    if (::stat(("/proc/self/fd/" + number).c_str(), &s) == 0) open.emplace(s.st_dev, s.st_ino);
  }
  return open;
}

}  // namespace

format::Bundle Describe(pid_t pid, const std::string& criu) {
  format::Bundle b;
  utsname system{};
  ::uname(&system);
  b.host = system.nodename;
  b.kernel = system.release;
  b.architecture = system.machine;
  b.criu = criu;
  b.cpu = CpuFeatures();
  b.uid = ::geteuid();
  b.gid = ::getegid();
  const std::string proc = "/proc/" + std::to_string(pid);
  b.uid_map = Squeezed(ReadAll(proc + "/uid_map"));
  b.gid_map = Squeezed(ReadAll(proc + "/gid_map"));
  const std::set<Inode> open = OpenHere();
  std::map<std::string, format::MappedFile> mapped;
  for (pid_t one : Tree(pid)) {
    b.pids.push_back(static_cast<std::uint32_t>(OwnNumber(one)));
    for (const Mapping& m : Mappings(one)) {
      struct stat s;
      if (m.deleted || !m.path.starts_with('/') || mapped.contains(m.path) || m.path.starts_with("/dev/") ||
          m.path.starts_with("/memfd:") || ::stat(Seen(one, m.path).c_str(), &s) != 0 || !S_ISREG(s.st_mode)) {
        continue;
      }
      const std::string build = open.contains({s.st_dev, s.st_ino}) ? "" : BuildId(Seen(one, m.path));
      mapped[m.path] = {m.path, static_cast<std::uint64_t>(s.st_size), build, ""};
    }
  }
  for (auto& [path, file] : mapped) b.mapped.push_back(std::move(file));
  b.monotonic_us = Clock(CLOCK_MONOTONIC, pid);
  b.boottime_us = Clock(CLOCK_BOOTTIME, pid);
  b.time_us = NowMicros();
  return b;
}

Result<format::Bundle> Dump(const DumpRequest& request, const Probe& probe) {
  const pid_t pid = EngineOf(request.pid);
  const Namespaces there(pid);
  if (pid <= 0 || !Exists("/proc/" + std::to_string(pid) + "/stat")) {
    return Error{Code::kNotFound, "there is no process " + std::to_string(request.pid), ""};
  }
  if (probe.criu.empty() || (probe.dump == Route::kNone && !there.user())) return probe.WhyNot();
  const auto tree = Tree(pid);
  const auto memory = static_cast<double>(Memory(tree));
  const std::string parent = request.folder.substr(0, request.folder.rfind('/')), temporary = request.folder + ".tmp";
  if (auto free = static_cast<double>(FreeSpace(parent)); free < memory + kReserve) {
    return Error{Code::kFull, "an image of " + SizeInWords(memory) + " does not fit on the disk of " + parent,
                 "free some space there"};
  }
  if (auto r = RemoveTree(temporary); !r) return r.error();
  if (auto r = MakeDirectory(temporary + kImages); !r) return r.error();
  format::Bundle bundle = Describe(pid, probe.version);
  bundle.session = request.session;
  bundle.generation = request.generation;
  bundle.manifest = request.manifest;
  bundle.wake = request.wake;
  const double seconds = request.seconds > 0 ? request.seconds : kLeast + memory / kBytesPerSecond;
  auto done = RunCriu(request, probe, temporary, pid, seconds);
  if (done) done = Carry(request, bundle, temporary + kImages, pid);
  if (done) done = Finish(bundle, temporary, request.folder);
  if (request.ends) {
    const bool end = done && request.ends(bundle);
    for (pid_t one : tree) ::kill(one, end ? SIGKILL : SIGCONT);
  }
  if (!done) {
    (void)RemoveTree(temporary);
    return done.error();
  }
  if (auto r = SyncDirectory(parent); !r) return r.error();
  return bundle;
}

}  // namespace ferry::image
