#include "tracker/observe/magics.h"

#include <gtest/gtest.h>

namespace ferry::observe {
namespace {

TEST(Magics, WhatIsNotKnownIsADoor) {
  EXPECT_EQ(Reach("run"), MagicReach::kDoor);
  EXPECT_EQ(Reach("somebodys_own"), MagicReach::kDoor);
  EXPECT_EQ(Reach(""), MagicReach::kDoor);
}

TEST(Magics, Known) {
  EXPECT_EQ(Reach("matplotlib"), MagicReach::kText);
  EXPECT_EQ(Reach("time"), MagicReach::kCode);
  EXPECT_EQ(Reach("checkpoint"), MagicReach::kFerry);
}

}  // namespace
}  // namespace ferry::observe
