// The engine is found below its keepers, also after an upgrade has replaced their program.
#include "serializer/image/keeper.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "serializer/image/proc.h"
#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::image {
namespace {

// A program `name` that starts two of its own kind below itself, and waits.
class Nested {
 public:
  explicit Nested(const std::string& program) {
    int ends[2];
    CHECK(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      ::dup2(ends[1], 1);
      const std::string text = "'" + program + "' -c \"/bin/sh -c 'echo \\$\\$; exec sleep 1000' & wait\"; exit 0";
      ::execl(program.c_str(), program.c_str(), "-c", text.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    char text[32] = "";
    (void)!::read(ends[0], text, sizeof text - 1);
    ::close(ends[0]);
    inner_ = std::atoi(text);
  }
  Nested(const Nested&) = delete;
  ~Nested() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  pid_t inner() const { return inner_; }

 private:
  pid_t pid_ = -1, inner_ = -1;
};

TEST(Keeper, TheEngineBelowIsFoundAlsoAfterAnUpgrade) {
  test::Folder folder;
  const std::string program = folder / "ferry-image";
  std::filesystem::copy_file(std::filesystem::canonical("/bin/sh"), program);
  Nested keeper(program);
  ASSERT_GT(keeper.inner(), 0);
  EXPECT_EQ(EngineOf(keeper.pid()), keeper.inner());
  ASSERT_TRUE(Remove(program));
  EXPECT_EQ(EngineOf(keeper.pid()), keeper.inner());
  EXPECT_EQ(EngineOf(keeper.inner()), keeper.inner());
}

TEST(Keeper, AnyOtherProcessIsNone) {
  test::Folder folder;
  const std::string program = folder / "ferry-images";
  std::filesystem::copy_file(std::filesystem::canonical("/bin/sh"), program);
  Nested other(program);
  EXPECT_EQ(EngineOf(other.pid()), other.pid());
}

}  // namespace
}  // namespace ferry::image
