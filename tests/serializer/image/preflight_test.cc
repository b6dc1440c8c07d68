// Each thing that no image can carry is found in a process that holds it, and named with what to do about it.
#include "serializer/image/preflight.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "serializer/image/proc.h"
#include "tests/util/folder.h"

namespace ferry::image {
namespace {

// What whoever started the tests left open would be found in every holder.
const bool kAlone = ::close_range(3, ~0U, 0) == 0;

// A process that holds something. `make`, run in it, says whether this machine let it.
class Holder {
 public:
  explicit Holder(const std::function<bool()>& make) {
    int ends[2];
    CHECK(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[0]);
      const char answer = make() ? 'y' : 'n';
      (void)!::write(ends[1], &answer, 1);
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    char answer = 'n';
    (void)!::read(ends[0], &answer, 1);
    ::close(ends[0]);
    made_ = answer == 'y';
  }
  Holder(const Holder&) = delete;
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool made() const { return made_; }
  // Without the filter that is on all processes of a container, this one included.
  std::vector<Blocker> Found(Route route) const {
    auto found = Preflight(pid_, "", route);
    if (Status(::getpid())["Seccomp"] == "2") std::erase_if(found, [](const Blocker& b) { return b.kind == "seccomp"; });
    return found;
  }

 private:
  pid_t pid_ = -1;
  bool made_ = false;
};

void ExpectOne(const std::vector<Blocker>& found, const std::string& kind, const std::string& what, const std::string& remedy) {
  ASSERT_FALSE(found.empty());
  for (const Blocker& b : found) {
    if (b.kind != kind) ADD_FAILURE() << b.kind << ": " << b.what;
  }
  EXPECT_NE(found[0].what.find(what), std::string::npos) << found[0].what;
  EXPECT_NE(found[0].remedy.find(remedy), std::string::npos) << found[0].remedy;
}

#define SKIP_UNLESS(holder, what) \
  if (!(holder).made()) GTEST_SKIP() << "this machine has no " what

int Listening(int family, const sockaddr* at, socklen_t size) {
  const int fd = ::socket(family, SOCK_STREAM, 0);
  return fd >= 0 && ::bind(fd, at, size) == 0 && ::listen(fd, 1) == 0 ? fd : -1;
}

TEST(Preflight, FindsNothingWhereNothingIs) {
  Holder holder([] {
    int ends[2];
    const int memory = ::memfd_create("x", 0);
    void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && ::pipe(ends) == 0 && memory >= 0 && mapped != MAP_FAILED;
  });
  ASSERT_TRUE(holder.made());
  for (Route route : {Route::kRoot, Route::kFileCapability, Route::kNamespace}) EXPECT_TRUE(holder.Found(route).empty()) << Name(route);
}

TEST(Preflight, Terminal) {
  Holder holder([] {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    return master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0 && ::open(::ptsname(master), O_RDWR | O_NOCTTY) >= 0;
  });
  SKIP_UNLESS(holder, "pseudo terminals");
  ExpectOne(holder.Found(Route::kRoot), "terminal", "is a terminal (/dev/p", "pexpect");
}

TEST(Preflight, AcceptedConnectionButNoOutgoingOne) {
  Holder server([] {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = Listening(AF_INET, reinterpret_cast<sockaddr*>(&at), sizeof at);
    socklen_t size = sizeof at;
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    return listener >= 0 && ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) == 0 &&
           ::connect(client, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && ::accept(listener, nullptr, nullptr) >= 0;
  });
  SKIP_UNLESS(server, "loopback");
  const auto found = server.Found(Route::kRoot);
  ExpectOne(found, "socket", "was accepted on port", "the listening socket may stay open");
  EXPECT_EQ(found.size(), 1u) << "the client's end comes back closed";
}

TEST(Preflight, ConnectionToAnotherProgramByAUnixSocket) {
  test::Folder folder;
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::strncpy(at.sun_path, (folder / "s").c_str(), sizeof at.sun_path - 1);
  const int listener = Listening(AF_UNIX, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  ASSERT_GE(listener, 0);
  Holder holder([&] {
    ::close(listener);
    return ::connect(::socket(AF_UNIX, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  });
  ASSERT_TRUE(holder.made());
  ExpectOne(holder.Found(Route::kRoot), "socket", "connected to another program", "connect again");
  ::close(listener);
}

TEST(Preflight, NoneByAUnixSocketWhoseOtherEndAChildHolds) {
  test::Folder folder;
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::strncpy(at.sun_path, (folder / "s").c_str(), sizeof at.sun_path - 1);
  Holder holder([&] {
    const int listener = Listening(AF_UNIX, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || ::connect(client, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return false;
    const int accepted = ::accept(listener, nullptr, nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(client);
      for (;;) ::pause();
    }
    return accepted >= 0 && ::close(accepted) == 0 && ::close(listener) == 0;
  });
  ASSERT_TRUE(holder.made());
  EXPECT_TRUE(holder.Found(Route::kRoot).empty());
}

TEST(Preflight, DatagramsThatNobodyHasRead) {
  Holder holder([] {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    socklen_t size = sizeof at;
    return ::bind(fd, address, size) == 0 && ::getsockname(fd, address, &size) == 0 && ::sendto(fd, "x", 1, 0, address, size) == 1;
  });
  SKIP_UNLESS(holder, "loopback");
  ExpectOne(holder.Found(Route::kRoot), "socket", "were not read", "read them before");
}

TEST(Preflight, AChildThatHoldsAFileOfTheKernelsOwn) {
  test::Folder folder;
  Holder holder([&] {
    const int log = ::open((folder / "engine.log").c_str(), O_WRONLY | O_CREAT, 0600);
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) ::pause();
    }
    return log >= 0 && ::close(log) == 0;
  });
  ASSERT_TRUE(holder.made());
  ExpectOne(Preflight(holder.pid(), folder / "", Route::kRoot), "file", "is the kernel's own engine.log", "stdout=sys.stdout");
}

TEST(Preflight, ConnectionsThatNobodyHasAccepted) {
  Holder holder([] {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    const int listener = Listening(AF_INET, address, sizeof at), client = ::socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof at;
    return ::getsockname(listener, address, &size) == 0 && ::connect(client, address, sizeof at) == 0;
  });
  SKIP_UNLESS(holder, "loopback");
  ExpectOne(holder.Found(Route::kRoot), "socket", "nobody has accepted", "accept them");
}

// A pipe at descriptor 1, to which the holder prints, and another: both are held here too.
TEST(Preflight, PipeToAnotherProgram) {
  int prints[2], ends[2];
  ASSERT_TRUE(::pipe(prints) == 0 && ::pipe(ends) == 0);
  const auto printing = [&] { return ::dup2(prints[1], 1) == 1 && ::close(prints[0]) == 0 && ::close(prints[1]) == 0; };
  Holder holder([&] { return printing() && ::close(ends[0]) == 0; });
  Holder without([&] { return printing() && ::close(ends[0]) == 0 && ::close(ends[1]) == 0; });
  ASSERT_TRUE(holder.made() && without.made());
  // The pipe by which a holder answers is closed at both ends by now.
  ExpectOne(holder.Found(Route::kRoot), "pipe", "is a pipe to process ", "close the pipe");
  EXPECT_TRUE(without.Found(Route::kRoot).empty()) << without.Found(Route::kRoot)[0].what;
  for (int fd : {prints[0], prints[1], ends[0], ends[1]}) ::close(fd);
}

TEST(Preflight, FifoToAnotherProgram) {
  test::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "f").c_str(), 0600), 0);
  const int here = ::open((folder / "f").c_str(), O_RDWR);
  Holder holder([&] { return ::close(here) == 0 && ::open((folder / "f").c_str(), O_WRONLY) >= 0; });
  ASSERT_TRUE(holder.made());
  ExpectOne(holder.Found(Route::kRoot), "pipe", "which is no child of this kernel", "end that program");
  ::close(here);
}

TEST(Preflight, MessageQueue) {
  const std::string name = "/ferry-" + std::to_string(::getpid());
  Holder holder([&] { return ::mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, nullptr) >= 0 && ::mq_unlink(name.c_str()) == 0; });
  SKIP_UNLESS(holder, "message queues");
  ExpectOne(holder.Found(Route::kRoot), "queue", "is a message queue", "close it before");
}

// Runs in a child of the holder; the holder has made what it holds when that has.
bool InChild(const std::function<bool()>& make) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char answer = make() ? 'y' : 'n';
    (void)!::write(ends[1], &answer, 1);
    for (;;) ::pause();
  }
  char answer = 'n';
  return ::read(ends[0], &answer, 1) == 1 && answer == 'y';
}

TEST(Preflight, ChildProcessInANamespaceOfItsOwn) {
  Holder holder([] { return InChild([] { return ::unshare(::geteuid() == 0 ? CLONE_NEWUTS : CLONE_NEWUSER) == 0; }); });
  SKIP_UNLESS(holder, "namespaces");
  ExpectOne(holder.Found(Route::kRoot), "namespace", " of child process ", "a sandbox");
}

TEST(Preflight, LockOfAChildProcessOnAMappedFile) {
  test::Folder folder;
  for (const bool maps : {false, true}) {
    Holder holder([&] {
      return InChild([&] {
        const int fd = ::open((folder / "locked").c_str(), O_RDWR | O_CREAT, 0600);
        struct flock all{F_WRLCK, SEEK_SET, 0, 0, 0};
        return ::ftruncate(fd, 4096) == 0 && ::fcntl(fd, F_SETLKW, &all) == 0 &&
               (!maps || ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
      });
    });
    ASSERT_TRUE(holder.made());
    if (maps) ExpectOne(holder.Found(Route::kRoot), "lock", "holds a lock on " + (folder / "locked"), "WAL mode");
    else EXPECT_TRUE(holder.Found(Route::kRoot).empty());
  }
}

TEST(Preflight, IoUring) {
  Holder holder([] {
    io_uring_params parameters{};
    return ::syscall(SYS_io_uring_setup, 4, &parameters) >= 0;
  });
  SKIP_UNLESS(holder, "io_uring");
  ExpectOne(holder.Found(Route::kRoot), "io_uring", "is an io_uring", "close it before");
  Holder mapped([] {  // of one that has been closed the queues may stay
    io_uring_params parameters{};
    const int ring = static_cast<int>(::syscall(SYS_io_uring_setup, 4, &parameters));
    void* queue = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    return queue != MAP_FAILED && ::close(ring) == 0;
  });
  ASSERT_TRUE(mapped.made());
  ExpectOne(mapped.Found(Route::kRoot), "io_uring", "an io_uring is mapped", "close it before");
}

TEST(Preflight, Userfaultfd) {
  Holder holder([] { return ::syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY) >= 0; });
  SKIP_UNLESS(holder, "userfaultfd");
  ExpectOne(holder.Found(Route::kRoot), "userfaultfd", "is a userfaultfd", "close it before");
}

TEST(Preflight, InotifyWithoutRoot) {
  Holder holder([] { return ::inotify_init1(0) >= 0; });
  ASSERT_TRUE(holder.made());
  ExpectOne(holder.Found(Route::kFileCapability), "inotify", "watches files", "stop watching");
  EXPECT_TRUE(holder.Found(Route::kRoot).empty());
}

TEST(Preflight, EventsOfWatchedFilesThatNobodyHasRead) {
  test::Folder folder;
  Holder holder([&] {
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    const int watch = ::inotify_init1(0);
    return ::inotify_add_watch(watch, (folder / "").c_str(), IN_CREATE) >= 0 && ::open((folder / "made").c_str(), O_WRONLY | O_CREAT, 0600) >= 0;
  });
  ASSERT_TRUE(holder.made());
  const auto found = holder.Found(Route::kRoot);
  if (found.empty()) GTEST_SKIP() << "descriptors of other processes cannot be looked at here";
  ExpectOne(found, "inotify", "were not read", "read them before");
}

TEST(Preflight, DebuggerOrTracer) {
  Holder traced([] { return true; });
  Holder tracer([&] { return ::ptrace(PTRACE_SEIZE, traced.pid(), nullptr, nullptr) == 0; });
  SKIP_UNLESS(tracer, "right to trace");
  ExpectOne(traced.Found(Route::kRoot), "debugger", "process " + std::to_string(tracer.pid()) + " debugs or traces", "detach it");
}

TEST(Preflight, SeccompFilterWithoutRoot) {
  Holder holder([] {
    sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    sock_fprog program{1, allow};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  });
  if (!holder.made() || Status(::getpid())["Seccomp"] != "0") GTEST_SKIP() << "every process here has a filter, or none may have one";
  ExpectOne(holder.Found(Route::kFileCapability), "seccomp", "a seccomp filter is on the process", "without the filter");
  EXPECT_TRUE(holder.Found(Route::kRoot).empty());
}

TEST(Preflight, SystemVSharedMemory) {
  Holder holder([] {
    const int segment = ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    const bool attached = segment >= 0 && ::shmat(segment, nullptr, 0) != reinterpret_cast<void*>(-1);
    ::shmctl(segment, IPC_RMID, nullptr);
    return attached;
  });
  SKIP_UNLESS(holder, "System V shared memory");
  ExpectOne(holder.Found(Route::kRoot), "memory", "System V", "detach it");
}

TEST(Preflight, MappingOfADeletedFileFromInsideAUserNamespace) {
  test::Folder folder;
  Holder holder([&] {
    const int fd = ::open((folder / "gone.so").c_str(), O_RDWR | O_CREAT, 0600);
    const bool mapped = ::ftruncate(fd, 4096) == 0 && ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED;
    ::close(fd);
    return mapped && ::unlink((folder / "gone.so").c_str()) == 0;
  });
  ASSERT_TRUE(holder.made());
  ExpectOne(holder.Found(Route::kNamespace), "mapping", "gone.so is mapped and has been deleted", "as root");
  EXPECT_TRUE(holder.Found(Route::kFileCapability).empty());
}

// Devices have their names in a /dev of the holder's own.
bool OwnDev(const std::string& name) {
  const std::string path = "/dev/" + name;
  return ::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && ::mount("tmpfs", "/dev", "tmpfs", 0, nullptr) == 0 &&
         ::open(path.c_str(), O_RDWR | O_CREAT, 0600) >= 0;
}

TEST(Preflight, GpuByDescriptorAndByMapping) {
  Holder open([] { return OwnDev("nvidia0"); });
  SKIP_UNLESS(open, "namespaces");
  ExpectOne(open.Found(Route::kRoot), "gpu", "is a GPU (/dev/nvidia0)", "arrays can be stored");
  Holder mapped([] {
    if (!OwnDev("nvidia-uvm")) return false;
    const int fd = ::open("/dev/nvidia-uvm", O_RDWR);
    const bool done = ::ftruncate(fd, 4096) == 0 && ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED;
    return done && ::close_range(3, ~0U, 0) == 0;
  });
  ASSERT_FALSE(mapped.Found(Route::kRoot).empty());
  EXPECT_EQ(mapped.Found(Route::kRoot)[0].what, "memory of a GPU is mapped (/dev/nvidia-uvm)");
}

TEST(Preflight, AnyOtherDevice) {
  Holder holder([] { return OwnDev("strange0"); });
  SKIP_UNLESS(holder, "namespaces");
  ExpectOne(holder.Found(Route::kRoot), "device", "is the device /dev/strange0", "close it before");
}

TEST(Preflight, WhatAChildProcessHoldsIsNamedWithTheChild) {
  Holder parent([] { return InChild([] { return ::posix_openpt(O_RDWR | O_NOCTTY) >= 0; }); });
  SKIP_UNLESS(parent, "pseudo terminals");
  ExpectOne(parent.Found(Route::kRoot), "terminal", " of child process ", "pexpect");
}

}  // namespace
}  // namespace ferry::image
