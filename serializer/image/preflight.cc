#include "serializer/image/preflight.h"

#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "serializer/image/pipes.h"
#include "serializer/image/proc.h"
#include "serializer/image/sockets.h"
#include "util/file.h"

namespace ferry::image {
namespace {

// Bytes that wait in a descriptor of another process; 0 where that cannot be told.
int Unread(pid_t pid, int fd) {
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  const int copy = static_cast<int>(::syscall(SYS_pidfd_getfd, process, fd, 0));
  int bytes = 0;
  if (copy < 0 || ::ioctl(copy, FIONREAD, &bytes) != 0) bytes = 0;
  if (copy >= 0) ::close(copy);
  if (process >= 0) ::close(process);
  return bytes;
}

// Of POSIX message queues, which have paths that lead nowhere.
bool IsQueue(const std::string& descriptor) {
  constexpr long kQueues = 0x19800202;
  struct statfs s;
  return ::statfs(descriptor.c_str(), &s) == 0 && s.f_type == kQueues;
}

bool IsMapped(pid_t pid, const std::string& path) {
  const auto mappings = Mappings(pid);
  return std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& m) { return m.path == path; });
}

class Search {
 public:
  Search(pid_t pid, const std::string& own, Route route)
      : own_(own), route_(route), sockets_(Sockets(pid)), tree_(Tree(pid)), shared_(PipesToOthers(tree_)) {}

  std::vector<Blocker> Find() {
    for (pid_t pid : tree_) Inodes(pid);
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      who_ = i == 0 ? "" : " of child process " + std::to_string(tree_[i]) + " (" + Status(tree_[i])["Name"] + ")";
      State(tree_[i]);
      Descriptors(tree_[i]);
      Maps(tree_[i]);
    }
    return std::move(blockers_);
  }

 private:
  void Add(const char* kind, std::string what, std::string remedy) {
    for (const Blocker& b : blockers_) if (b.what == what) return;
    blockers_.push_back({kind, std::move(what), std::move(remedy)});
  }

  static std::string Inode(const std::string& link) { return link.substr(link.find('[') + 1, link.size() - link.find('[') - 2); }

  void Inodes(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    auto numbers = List(folder);
    for (const auto& number : numbers ? *numbers : std::vector<std::string>()) {
      const std::string link = Link(folder + "/" + number);
      if (link.starts_with("socket:[")) held_.insert(Inode(link));
    }
  }

  void State(pid_t pid) {
    auto status = Status(pid);
    if (status["TracerPid"] != "0" && !status["TracerPid"].empty()) {
      Add("debugger", "process " + status["TracerPid"] + " debugs or traces the process" + who_, "detach it");
    }
    if (status["Seccomp"] == "2" && route_ != Route::kRoot) {
      Add("seccomp", "a seccomp filter is on the process" + who_, "run it without the filter, or take images as root");
    }
    for (const char* kind : {"user", "pid", "uts", "ipc", "cgroup", "time"}) {
      const auto space = [&](pid_t one) { return Link("/proc/" + std::to_string(one) + "/ns/" + kind); };
      if (const std::string own = space(pid); !own.empty() && own != space(tree_.front())) {  // one that has ended has none
        Add("namespace", std::string("the namespace (") + kind + ")" + who_ + " is one of its own", "end it before (a sandbox, a browser, a container)");
      }
    }
  }

  void Descriptors(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    auto numbers = List(folder);
    for (const auto& number : numbers ? *numbers : std::vector<std::string>()) {
      const std::string link = Link(folder + "/" + number), fd = "descriptor " + number + who_;
      if (link.starts_with("socket:[")) OneSocket(Inode(link), fd);
      else if (link.starts_with("anon_inode:")) Anonymous(link.substr(11), fd, Unread(pid, std::atoi(number.c_str())));
      else if (!who_.empty() && !own_.empty() && link.starts_with(own_)) OfKernel(link, fd);
      else if (auto other = shared_.find(PipeOf(pid, number)); other != shared_.end()) Pipe(other->second, fd);
      else if (link.starts_with("/dev/") && !link.starts_with("/dev/shm/")) Device(link, fd);
      else if (IsQueue(folder + "/" + number)) Add("queue", fd + " is a message queue (" + link + ")", "close it before");
      else if (!who_.empty()) LockOfChild(pid, number, link, fd);
    }
  }

  void Pipe(pid_t other, const std::string& fd) {
    Add("pipe", fd + " is a pipe to process " + std::to_string(other) + " (" + Status(other)["Name"] + "), which is no child of this kernel",
        "end that program, or close the pipe, before");
  }

  // CRIU opens a mapped file once more and closes it, by which a lock of this kind is lost. The engine takes its own again.
  void LockOfChild(pid_t pid, const std::string& number, const std::string& path, const std::string& fd) {
    if (ReadAll("/proc/" + std::to_string(pid) + "/fdinfo/" + number).find(" POSIX ") == std::string::npos || !IsMapped(pid, path)) return;
    Add("lock", fd + " holds a lock on " + path + ", which is mapped", "close it before (a database in WAL mode: its connection)");
  }

  void OneSocket(const std::string& inode, const std::string& fd) {
    auto found = sockets_.find(inode);
    if (found == sockets_.end()) return;
    const Socket& s = found->second;
    if (s.kind == "unix") {
      if (!own_.empty() && s.path.starts_with(own_)) return;
      if (s.connected && !held_.contains(s.leads_to)) {
        Add("socket", fd + " is a unix socket connected to another program" + (s.path.empty() ? "" : " (" + s.path + ")"),
            "close it before, and connect again afterwards");
      }
      return;
    }
    if (s.unread && s.listening) {
      Add("socket", fd + " listens on " + s.path + ", and connections that nobody has accepted wait there", "accept them before, or close it");
      return;
    }
    if (s.unread) {
      Add("socket", fd + " holds datagrams that came to " + s.path + " and were not read", "read them before, or close it");
      return;
    }
    // An outgoing connection comes back closed. An accepted one would be bound to its listener's port a second time.
    if (!s.connected) return;
    for (const auto& [other, listener] : sockets_) {
      if (listener.listening && listener.kind == "tcp" && held_.contains(other) &&
          listener.path.substr(listener.path.rfind(':')) == s.path.substr(s.path.rfind(':'))) {
        Add("socket", fd + " is a connection from " + s.peer + " that was accepted on port " + s.path.substr(s.path.rfind(':') + 1),
            "close it before; the listening socket may stay open");
      }
    }
  }

  void Anonymous(const std::string& name, const std::string& fd, int unread) {
    if (name.find("io_uring") != std::string::npos) {
      Add("io_uring", fd + " is an io_uring", "close it before; libraries that use one can often be told not to");
    } else if (name.find("userfaultfd") != std::string::npos) {
      Add("userfaultfd", fd + " is a userfaultfd", "close it before");
    } else if (name.find("perf_event") != std::string::npos || name.find("bpf") != std::string::npos) {
      Add("device", fd + " is a " + name + " handle of a profiler", "stop the profiler");
    } else if (name == "inotify" && route_ != Route::kRoot) {
      Add("inotify", fd + " watches files (inotify)", "stop watching, or take images as root");
    } else if (name == "inotify" && unread > 0) {
      Add("inotify", fd + " holds events of watched files that were not read (inotify)", "read them before, or stop watching");
    }
  }

  // It has another place when the process comes back.
  void OfKernel(const std::string& path, const std::string& fd) {
    Add("file", fd + " is the kernel's own " + path.substr(path.rfind('/') + 1), "end it, or start it without stdout=sys.stdout");
  }

  void Device(const std::string& path, const std::string& fd) {
    static const std::set<std::string> fine = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    if (fine.contains(path)) return;
    if (path.starts_with("/dev/pts/") || path.starts_with("/dev/tty") || path == "/dev/ptmx" || path == "/dev/console") {
      Add("terminal", fd + " is a terminal (" + path + ")", "close it, or end the program that runs in it (pexpect, pty, a shell)");
    } else if (path.starts_with("/dev/nvidia") || path.starts_with("/dev/dri") || path.starts_with("/dev/kfd")) {
      Add("gpu", fd + " is a GPU (" + path + ")", "free what lies there and end what uses it; arrays can be stored instead");
    } else {
      Add("device", fd + " is the device " + path, "close it before");
    }
  }

  void Maps(pid_t pid) {
    for (const Mapping& m : Mappings(pid)) {
      if (m.path.starts_with("/dev/nvidia") || m.path.starts_with("/dev/dri") || m.path.starts_with("/dev/kfd")) {
        Add("gpu", "memory of a GPU is mapped (" + m.path + ")" + who_, "free what lies there; arrays can be stored instead");
      } else if (m.path.starts_with("/SYSV")) {
        Add("memory", "a System V shared memory segment is attached" + who_, "detach it before");
      } else if (m.path.starts_with("anon_inode:[io_uring]")) {
        Add("io_uring", "an io_uring is mapped" + who_, "close it before; libraries that use one can often be told not to");
      } else if (m.deleted && route_ == Route::kNamespace && m.path.starts_with('/') && !m.path.starts_with("/memfd:") && m.path != "/dev/zero") {
        Add("mapping", m.path + " is mapped and has been deleted" + who_,
            "end what uses it (locks and pools of multiprocessing, a library that was replaced), or take images as root");
      }
    }
  }

  const std::string& own_;
  Route route_;
  std::map<std::string, Socket> sockets_;
  std::vector<pid_t> tree_;
  std::map<std::string, pid_t> shared_;
  std::set<std::string> held_;  // inodes of the sockets that the tree holds
  std::string who_;
  std::vector<Blocker> blockers_;
};

}  // namespace

std::vector<Blocker> Preflight(pid_t pid, const std::string& own, Route route) { return Search(pid, own, route).Find(); }

}  // namespace ferry::image
