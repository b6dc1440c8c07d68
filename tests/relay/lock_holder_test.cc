#include "kernel/relay/lock_holder.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "kernel/relay/runtime_dir.h"

namespace ferry::relay {
namespace {

std::string Here(pid_t pid) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return "pid " + std::to_string(pid) + " on " + host + " since 2026-01-01 00:00:00";
}

// A process that waits until it is killed.
class Sleeper {
 public:
  explicit Sleeper(const std::string& entry, std::vector<std::string> command = {"sleep", "1000"}) {
    std::string variable = entry;
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    char* environment[] = {variable.data(), nullptr};
    EXPECT_EQ(::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environment), 0);
    for (std::string seen; seen.empty(); std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/environ"), seen)) ::sched_yield();
  }
  ~Sleeper() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid = -1;
};

TEST(LockHolder, AProcessThatWorksIsNotWaitedFor) {
  EXPECT_EQ(Examine(Here(::getpid())).kind, LockHolder::Kind::kOther);
  EXPECT_EQ(Examine("pid 1 on elsewhere.example since 2026-01-01 00:00:00").kind, LockHolder::Kind::kOther);
  EXPECT_EQ(Examine("").kind, LockHolder::Kind::kOther);
}

TEST(LockHolder, AnEngineIsAnOrphanOnceItsRelayIsNotItsParent) {
  Sleeper child("FERRY_RELAY_PID=" + std::to_string(::getpid())), orphan("FERRY_RELAY_PID=" + std::to_string(::getppid()));
  EXPECT_EQ(Examine(Here(child.pid)).kind, LockHolder::Kind::kOther);
  LockHolder found = Examine(Here(orphan.pid));
  EXPECT_EQ(found.kind, LockHolder::Kind::kOrphan);
  EXPECT_EQ(found.pid, orphan.pid);
}

TEST(LockHolder, AnEngineThatItsRelayAskedToEndIsEnding) {
  const std::string file = ::testing::TempDir() + "lock_holder_test." + std::to_string(::getpid());
  std::ofstream(file).close();
  {
    Sleeper child("FERRY_RELAY_PID=" + std::to_string(::getpid()), {"tail", "-f", file});  // as an engine has its connection file
    EXPECT_EQ(Examine(Here(child.pid)).kind, LockHolder::Kind::kOther);
    std::ofstream(EndMark(file)).close();
    EXPECT_EQ(Examine(Here(child.pid)).kind, LockHolder::Kind::kEnding);

    Sleeper orphan("FERRY_RELAY_PID=" + std::to_string(::getppid()), {"tail", "-f", file});
    LockHolder found = Examine(Here(orphan.pid));
    EXPECT_EQ(found.kind, LockHolder::Kind::kOrphan);
    EXPECT_TRUE(found.told);
    EXPECT_FALSE(found.still);
    std::ofstream(RuntimeDir::MarkerOf(file)).close();
    EXPECT_TRUE(Examine(Here(orphan.pid)).still);
  }
  ::unlink(RuntimeDir::MarkerOf(file).c_str());
  ::unlink(EndMark(file).c_str());
  ::unlink(file.c_str());
}

TEST(LockHolder, AProcessThatWasKilledIsEndingUntilItIsGoneAndThen) {
  pid_t pid = -1;
  {
    Sleeper killed("FERRY_RELAY_PID=1");
    pid = killed.pid;
    ::kill(pid, SIGKILL);
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);  // it stays, as one that nobody has waited for
    EXPECT_EQ(Examine(Here(pid)).kind, LockHolder::Kind::kEnding);
  }
  EXPECT_EQ(Examine(Here(pid)).kind, LockHolder::Kind::kEnding);
}

}  // namespace
}  // namespace ferry::relay
