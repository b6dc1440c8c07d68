// A program that does not end is killed; one that does is not waited for longer than it runs.
#include "serializer/image/child.h"

#include <gtest/gtest.h>

namespace ferry::image {
namespace {

TEST(Child, OutputAndStatusComeBack) {
  auto ran = RunProgram({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}, 10);
  ASSERT_TRUE(ran);
  EXPECT_FALSE(ran->Good());
  EXPECT_EQ(ran->status >> 8, 3);
  EXPECT_EQ(ran->output, "out\nerr\n");
  EXPECT_TRUE(RunProgram({"/bin/true"}, 10)->Good());
  EXPECT_EQ(RunProgram({"/nowhere/criu"}, 10)->status >> 8, 127);
  EXPECT_EQ(RunProgram({"/bin/true"}, 10, [] { return false; })->status >> 8, 126);
}

TEST(Child, OneThatIgnoresEverySignalIsKilled) {
  auto ran = RunProgram({"/bin/sh", "-c", "trap '' TERM INT; echo here; exec sleep 1000"}, 0.3);
  ASSERT_TRUE(ran);
  EXPECT_TRUE(ran->killed);
  EXPECT_EQ(ran->output, "here\n");
}

TEST(Child, OneThatLeavesItsOutputToAnotherIsNotWaitedFor) {
  auto ran = RunProgram({"/bin/sh", "-c", "sleep 1000 & echo $!"}, 100);
  ASSERT_TRUE(ran);
  EXPECT_TRUE(ran->Good());
  (void)RunProgram({"/bin/kill", "-KILL", ran->output.substr(0, ran->output.size() - 1)}, 10);
}

}  // namespace
}  // namespace ferry::image
