#include "serializer/image/probe.h"

#include <sched.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <sstream>

#include "serializer/image/child.h"
#include "serializer/image/proc.h"

namespace ferry::image {
namespace {

constexpr int kLeastMajor = 4, kLeastMinor = 2;
constexpr double kAsk = 10;  // seconds that `criu --version` and sudo's answer may take
constexpr const char* kOfTheMachine = "/opt/ferry-criu/sbin/criu";  // where root's ferry-install-criu --helper puts it
constexpr const char* kHelper = "ferry-criu-helper";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string Find(const std::string& configured) {
  if (configured.find('/') != std::string::npos) return configured;
  std::string data = Environment("JUPYTER_DATA_DIR");
  if (data.empty()) {
    data = Environment("XDG_DATA_HOME");
    data = (data.empty() ? Environment("HOME") + "/.local/share" : data) + "/jupyter";
  }
  const std::string own = data + "/ferry-criu/sbin/criu";
  if (configured.empty()) {
    for (const std::string& file : {own, std::string(kOfTheMachine)}) {
      if (::access(file.c_str(), X_OK) == 0) return file;
    }
  }
  std::istringstream path(Environment("PATH") + ":/usr/sbin:/sbin");
  for (std::string folder; std::getline(path, folder, ':');) {
    const std::string file = folder + "/" + (configured.empty() ? "criu" : configured);
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

std::uint64_t Hex(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 16); }
bool Has(std::uint64_t set, int capability) { return set >> capability & 1; }

// The permitted set of the file's capability if it is also effective, else 0.
std::uint64_t FileCapabilities(const std::string& path) {
  vfs_ns_cap_data data{};
  if (::getxattr(path.c_str(), "security.capability", &data, sizeof data) < 0) return 0;
  if (!(data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE)) return 0;
  return data.data[0].permitted | static_cast<std::uint64_t>(data.data[1].permitted) << 32;
}

// The helper beside `criu`, if sudo starts it for this user without asking for a password.
std::string AllowedHelper(const std::string& criu) {
  const std::string helper = criu.substr(0, criu.rfind('/') + 1) + kHelper;
  if (::access(helper.c_str(), X_OK) != 0 || ::access(kSudo, X_OK) != 0) return "";
  auto answer = RunProgram({kSudo, "-n", "-l", helper}, kAsk);
  return answer && answer->Good() ? helper : "";
}

// Whether this user may make the namespaces that a restore without root needs.
bool CanMakeNamespaces() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0 ? 0 : 1);
  int status = 1;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return status == 0;
}

const char* kInstall = "run ferry-install-criu, which puts one into a private folder, or set FERRY_CRIU to its path";

bool FindProgram(const std::string& configured, Probe& probe) {
  const std::string path = Find(configured);
  if (path.empty()) {
    probe.findings.push_back({"no CRIU is installed", kInstall, false});
    return false;
  }
  if (::access(path.c_str(), X_OK) != 0) {
    probe.findings.push_back({"there is no program " + path, kInstall, false});
    return false;
  }
  auto ran = RunProgram({path, "--version"}, kAsk);
  int major = 0, minor = 0;
  std::string version;
  if (ran && ran->Good()) {
    std::istringstream lines(ran->output);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("Version:")) version = line.substr(line.find_first_not_of(" ", 8));
    }
  }
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) < 2) {
    if (FileCapabilities(path) & ~Hex(Status(::getpid())["CapBnd"])) {
      probe.findings.push_back({path + " cannot be started: its capability lies outside what this process may have, as in most containers",
                                "start the container with --cap-add CHECKPOINT_RESTORE", false});
    } else {
      probe.findings.push_back({path + " is no CRIU that runs here", kInstall, false});
    }
    return false;
  }
  if (major < kLeastMajor || (major == kLeastMajor && minor < kLeastMinor)) {
    probe.findings.push_back({path + " is CRIU " + version + "; 4.2 or newer is needed", kInstall, false});
    return false;
  }
  probe.criu = path;
  probe.version = version;
  utsname system{};
  ::uname(&system);
  probe.findings.push_back({"CRIU " + version + " at " + path + ", Linux " + system.release, ""});
  return true;
}

// What keeps the capability that `criu` should carry from working here; nothing where it works.
std::optional<Finding> WhyCapabilityIsVoid(const std::string& criu, std::map<std::string, std::string>& status, bool may_own) {
  const std::uint64_t carried = FileCapabilities(criu);
  struct statvfs mount{};
  ::statvfs(criu.c_str(), &mount);
  if (!Has(carried, CAP_CHECKPOINT_RESTORE)) {
    constexpr std::string_view kPlace = "/sbin/criu";
    const std::string prefix = criu.ends_with(kPlace) ? criu.substr(0, criu.size() - kPlace.size()) : "PREFIX, and set FERRY_CRIU to its sbin/criu";
    std::string grant = "as root run: ferry-install-criu --caps " + prefix + "; or ferry-install-criu --helper --for GROUP, with a group of yours";
    if (may_own) grant += "; or set FERRY_NAMESPACE=own, if notebooks need no sudo";
    return Finding{"no image can be taken without root: " + criu + " carries no cap_checkpoint_restore", grant, false};
  }
  if (mount.f_flag & ST_NOSUID) {
    return Finding{criu + " lies on a file system mounted nosuid, where its capability is void",
                   "install it elsewhere, or as root run: ferry-install-criu --helper --for GROUP", false};
  }
  if (status["NoNewPrivs"] == "1") {
    return Finding{"no_new_privs is set on this process, so that the capability of " + criu + " is void", "start Jupyter without it", false};
  }
  return std::nullopt;
}

void FindRoute(Probe& probe, bool own) {
  auto status = Status(::getpid());
  const std::uint64_t effective = Hex(status["CapEff"]);
  if (status["Seccomp"] == "2" && !Has(effective, CAP_SYS_ADMIN)) {
    probe.findings.push_back({"a seccomp filter is on this process, as in most containers: it cannot be imaged from inside",
                              "start the container without the filter (seccomp=unconfined)", false});
    return;
  }
  if (::geteuid() == 0 && Has(effective, CAP_SYS_ADMIN) && Has(effective, CAP_SYS_PTRACE)) {
    probe.dump = Route::kRoot;
    probe.findings.push_back({"images are taken and brought back as root", ""});
    return;
  }
  std::uint64_t inside = 0, outside = 0, count = 0;
  std::istringstream(ReadAll("/proc/self/uid_map")) >> inside >> outside >> count;
  if (count == 1 && inside == outside) {
    probe.dump = Route::kNamespace;
    probe.findings.push_back({"images are taken from inside the user namespace in which this process lives", ""});
    return;
  }
  const bool may_own = CanMakeNamespaces();
  if (own && may_own) {
    probe.dump = Route::kNamespace;
    probe.findings.push_back({"kernels start in a user namespace of their own (FERRY_NAMESPACE=own), from inside which images are taken", ""});
    return;
  }
  if (auto void_ = WhyCapabilityIsVoid(probe.criu, status, may_own); !void_) {
    probe.dump = Route::kFileCapability;
    probe.findings.push_back({"images are taken by the file capability of " + probe.criu, ""});
  } else if (probe.helper = AllowedHelper(probe.criu); !probe.helper.empty()) {
    probe.dump = Route::kHelper;
    probe.findings.push_back({"images are taken by " + probe.helper + ", which sudo starts for this user", ""});
  } else {
    probe.findings.push_back(*void_);
  }
}

void FindRestore(Probe& probe) {
  probe.restore = probe.dump == Route::kRoot || probe.dump == Route::kNamespace || CanMakeNamespaces();
  if (!probe.restore) {
    probe.findings.push_back({"no image can be brought back: this user may not make user namespaces",
                              "allow them (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)", false});
  } else if (probe.dump != Route::kRoot) {
    probe.findings.push_back({"images come back in a user namespace: there sudo and other set-uid programs do not work", ""});
  }
  struct statfs root{};
  if (probe.dump != Route::kRoot && ::statfs("/", &root) == 0 && root.f_type == OVERLAYFS_SUPER_MAGIC) {
    probe.findings.push_back({"the root file system is an overlay: an engine that came back can be imaged again only if all its "
                              "layers are on one file system", ""});
  }
}

}  // namespace

const char* Name(Route route) {
  switch (route) {
    case Route::kNone: return "none";
    case Route::kRoot: return "root";
    case Route::kFileCapability: return "file capability";
    case Route::kHelper: return "root helper";
    case Route::kNamespace: return "own namespace";
  }
  return "";
}

Route RouteOf(const std::string& name) {
  for (Route route : {Route::kRoot, Route::kFileCapability, Route::kHelper, Route::kNamespace}) {
    if (name == Name(route)) return route;
  }
  return Route::kNone;
}

Error Probe::WhyNot() const {
  for (const Finding& finding : findings) {
    if (!finding.good) return {Code::kRefused, finding.what, finding.remedy};
  }
  return {Code::kRefused, "no system image can be taken here", "jupyter ferry doctor says why"};
}

Probe Look(const std::string& configured, bool own) {
  Probe probe;
  if (configured == "off") {
    probe.findings.push_back({"system images are switched off (FERRY_CRIU=off)", "unset FERRY_CRIU", false});
    return probe;
  }
  if (!FindProgram(configured, probe)) return probe;
  FindRoute(probe, own);
  FindRestore(probe);
  return probe;
}

}  // namespace ferry::image
