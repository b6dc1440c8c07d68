#include "util/overdue.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/util/folder.h"

namespace ferry {
namespace {

TEST(Overdue, EndsAProcessThatHangsAndLeavesItsWords) {
  test::Folder folder;
  const std::string path = folder.path() + "/words";
  std::ofstream(path) << "a longer text than that which comes";
  const pid_t child = ::fork();
  if (child == 0) {
    Overdue overdue(path, "it hung", 0.01, 0.01);
    for (;;) ::pause();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kOverdueStatus);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "it hung");
}

TEST(Overdue, LeavesWorkAloneThatEnds) {
  test::Folder folder;
  {
    Overdue overdue(folder.path() + "/words", "it hung", 3600, 3600);
    overdue.Over();
    overdue.Over();
  }
  Overdue(folder.path() + "/words", "it hung", 3600, 3600);
  EXPECT_FALSE(std::ifstream(folder.path() + "/words").good());
}

TEST(Overdue, EndsAProcessThatTakesTooMuchMemory) {
  test::Folder folder;
  const std::string path = folder.path() + "/low";
  const pid_t child = ::fork();
  if (child == 0) {
    EndWhenMemoryIsLow(path, 1000);  // bytes: it uses more
    for (;;) ::pause();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kOverdueStatus);
  EXPECT_TRUE(std::ifstream(path).good());
}

}  // namespace
}  // namespace ferry
