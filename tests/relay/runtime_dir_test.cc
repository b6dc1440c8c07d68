#include "kernel/relay/runtime_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ferry::relay {
namespace fs = std::filesystem;

class RuntimeDirTest : public ::testing::Test {
 protected:
  RuntimeDirTest() {
    char folder[] = "/tmp/ferry-test-XXXXXX";
    home_ = ::mkdtemp(folder);
    ::setenv("XDG_RUNTIME_DIR", home_.c_str(), 1);
  }
  ~RuntimeDirTest() override {
    ::unsetenv("XDG_RUNTIME_DIR");
    fs::remove_all(home_);
  }
  std::string home_;
};

TEST_F(RuntimeDirTest, IsOursAloneAndItsSocketNamesAreShort) {
  auto dir = RuntimeDir::Make();
  ASSERT_TRUE(dir);
  struct stat s;
  ASSERT_EQ(::stat(dir->path().c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0700u);
  EXPECT_EQ(dir->path().find(home_ + "/ferry/"), 0u);
  EXPECT_LT(dir->Stem(1000).size() + 2, 90u);
}

TEST_F(RuntimeDirTest, TakesTheTemporaryDirectoryWhereThePathWouldBeTooLong) {
  std::string deep = home_ + "/" + std::string(80, 'd');
  fs::create_directory(deep);
  ::setenv("XDG_RUNTIME_DIR", deep.c_str(), 1);
  auto dir = RuntimeDir::Make();
  ASSERT_TRUE(dir);
  EXPECT_LT(dir->Stem(1000).size() + 2, 90u);
  dir->Remove();
}

TEST_F(RuntimeDirTest, SweepsWhatNobodyHoldsAndNothingElse) {
  std::string left, held;
  auto living = RuntimeDir::Make();
  ASSERT_TRUE(living);
  held = living->path();
  {
    auto dead = RuntimeDir::Make();
    ASSERT_TRUE(dead);
    left = dead->path();
    std::ofstream(dead->Log()) << "text";
  }
  ASSERT_TRUE(fs::exists(left));
  auto next = RuntimeDir::Make();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(held));
}

TEST_F(RuntimeDirTest, RefusesAPlaceThatOthersCanEnter) {
  fs::create_directory(home_ + "/ferry");
  fs::permissions(home_ + "/ferry", fs::perms::all);
  ::setenv("TMPDIR", home_.c_str(), 1);
  auto dir = RuntimeDir::Make();
  ::unsetenv("TMPDIR");
  ASSERT_TRUE(dir);
  EXPECT_EQ(dir->path().find(home_ + "/ferry-"), 0u);
}

TEST_F(RuntimeDirTest, KnowsWhenAnEngineHasBoundItsSockets) {
  auto dir = RuntimeDir::Make();
  for (const char* port : {"-1", "-2", "-3"}) std::ofstream(dir->Stem(1) + port) << "";
  EXPECT_FALSE(dir->Bound(1));
  std::ofstream(dir->Stem(1) + "-4") << "";
  EXPECT_TRUE(dir->Bound(1));
  EXPECT_FALSE(dir->Bound(2));
  dir->RemoveEngine(1);
  EXPECT_FALSE(dir->Bound(1));
}

TEST_F(RuntimeDirTest, TailBeginsAtALine) {
  std::string file = home_ + "/log";
  std::ofstream(file) << "first line\nsecond line\n";
  EXPECT_EQ(Tail(file, 1000), "first line\nsecond line\n");
  EXPECT_EQ(Tail(file, 15), "second line\n");
  EXPECT_EQ(Tail(home_ + "/none", 15), "");
}

}  // namespace ferry::relay
