#include "kernel/relay/restart.h"

#include <gtest/gtest.h>

namespace ferry::relay {
using Decision = RestartPolicy::Decision;

TEST(RestartPolicy, BringsTheSessionBackAfterACrashInACellHoweverOften) {
  RestartPolicy policy;
  for (int i = 0; i < 10; ++i) {
    Decision d = policy.After({.cell_running = true});
    EXPECT_EQ(d.what, Decision::kStart);
    EXPECT_EQ(d.start, Start::kCrash);
  }
}

TEST(RestartPolicy, DoesNotResumeAgainAfterACrashWhileResuming) {
  RestartPolicy policy;
  EXPECT_EQ(policy.After({.cell_running = true}).start, Start::kCrash);
  EXPECT_EQ(policy.After({.before_ready = true}).start, Start::kCrashInResume);
  EXPECT_EQ(RestartPolicy().After({.resuming = true, .cell_running = true}).start, Start::kCrashInResume);
}

TEST(RestartPolicy, GoesOnWithoutTheCellThatRanAgainAndEndedTheEngine) {
  RestartPolicy policy;
  for (int i = 1; i < RestartPolicy::kReplays; ++i) {
    Decision d = policy.After({.resuming = true, .replaying = true, .cell_running = i % 2 == 0, .clean = true});
    EXPECT_EQ(d.what, Decision::kStart);
    EXPECT_EQ(d.start, Start::kCrashInResume);
  }
  EXPECT_EQ(policy.After({.resuming = true, .replaying = true}).what, Decision::kGiveUp);
  policy.Works();
  EXPECT_EQ(policy.After({.resuming = true, .replaying = true}).what, Decision::kStart);
}

TEST(RestartPolicy, GivesUpWhereNoEngineComesUp) {
  RestartPolicy policy;
  EXPECT_EQ(policy.After({.before_ready = true}).what, Decision::kStart);
  EXPECT_EQ(policy.After({.before_ready = true}).what, Decision::kStart);
  EXPECT_EQ(policy.After({.before_ready = true}).what, Decision::kGiveUp);
}

TEST(RestartPolicy, GivesUpOnAnEngineThatKeepsDyingInIdleWork) {
  RestartPolicy policy;
  policy.After({});
  policy.After({});
  policy.Works();
  EXPECT_EQ(policy.After({}).what, Decision::kStart);
  EXPECT_EQ(policy.After({}).what, Decision::kStart);
  EXPECT_EQ(policy.After({}).what, Decision::kGiveUp);
}

TEST(RestartPolicy, AnEngineThatLeftByItselfSleepsUntilItIsNeeded) {
  Decision d = RestartPolicy().After({.clean = true});
  EXPECT_EQ(d.what, Decision::kSleep);
  EXPECT_EQ(d.start, Start::kWake);
  EXPECT_EQ(RestartPolicy().After({.cell_running = true, .clean = true}).start, Start::kCrash);
  EXPECT_EQ(RestartPolicy().After({.before_ready = true, .clean = true}).what, Decision::kStart);
}

TEST(RestartPolicy, ExitInACellIsFollowedByACleanStart) {
  Decision d = RestartPolicy().After({.clean = true, .exited = true});
  EXPECT_EQ(d.what, Decision::kStart);
  EXPECT_EQ(d.start, Start::kRestart);
  EXPECT_EQ(RestartPolicy().After({.exited = true}).start, Start::kRestart);
  EXPECT_EQ(RestartPolicy().After({.cell_running = true, .exited = true}).start, Start::kCrash);
}

}  // namespace ferry::relay
