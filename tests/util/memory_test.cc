#include "util/memory.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace ferry {
namespace {

constexpr std::uint64_t kMB = 1 << 20;

// A machine of 8000 MB, 6000 MB of them available, as its files tell.
class MemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "/memory-" + std::to_string(::getpid());
    Put("/proc/meminfo", "MemTotal:        8192000 kB\nMemFree:          100 kB\nMemAvailable:    6144000 kB\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void Put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  Memory Look() { return LookAtMemory(0, root_); }

  std::string root_;
};

TEST_F(MemoryTest, WithoutGroupsTheMachineIsTheLimit) {
  EXPECT_EQ(Look().limit, 8000 * kMB);
  EXPECT_EQ(Look().left, 6000 * kMB);
  EXPECT_FALSE(Look().container);
  EXPECT_FALSE(Look().Low());
}

TEST_F(MemoryTest, TheNearestLimitOfVersionTwoCountsWithoutDroppableCache) {
  Put("/proc/self/cgroup", "0::/outer/inner\n");
  Put("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
  Put("/sys/fs/cgroup/outer/memory.max", std::to_string(1000 * kMB));
  Put("/sys/fs/cgroup/outer/memory.current", std::to_string(990 * kMB));
  Put("/sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file " + std::to_string(40 * kMB) + "\n");
  EXPECT_TRUE(Look().container);
  EXPECT_EQ(Look().limit, 1000 * kMB);
  EXPECT_EQ(Look().left, 50 * kMB);
  EXPECT_TRUE(Look().Low());
}

TEST_F(MemoryTest, VersionOneIsReadWhereItsFilesAre) {
  Put("/proc/self/cgroup", "5:cpu:/x\n4:memory:/pod\n0::/\n");
  Put("/sys/fs/cgroup/memory/pod/memory.limit_in_bytes", std::to_string(2000 * kMB));
  Put("/sys/fs/cgroup/memory/pod/memory.usage_in_bytes", std::to_string(500 * kMB));
  Put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(Look().left, 1500 * kMB);
  EXPECT_FALSE(Look().Low());
}

TEST_F(MemoryTest, AContainerSeesItsOwnGroupAsTheRoot) {
  Put("/proc/self/cgroup", "0::/docker/abc\n");
  Put("/sys/fs/cgroup/memory.max", std::to_string(100 * kMB));
  Put("/sys/fs/cgroup/memory.current", std::to_string(99 * kMB));
  EXPECT_EQ(Look().left, kMB);
}

TEST_F(MemoryTest, AGigabyteLeftIsNotLowHoweverBigTheMachineIs) {
  EXPECT_FALSE((Memory{256 * 1024 * kMB, 1024 * kMB, false}.Low()));
  EXPECT_TRUE((Memory{256 * 1024 * kMB, 1023 * kMB, false}.Low()));
}

TEST_F(MemoryTest, KillsAreCountedHereAndInTheGroup) {
  Put("/proc/self/cgroup", "0::/a\n");
  Put("/proc/vmstat", "nr_free_pages 3\noom_kill 2\n");
  Put("/sys/fs/cgroup/a/memory.events", "low 0\noom 1\noom_kill 1\n");
  EXPECT_EQ(OutOfMemoryKills(root_), 3u);
}

}  // namespace
}  // namespace ferry
