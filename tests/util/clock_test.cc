#include "util/clock.h"

#include <gtest/gtest.h>

namespace ferry {

TEST(ParseDate, ReadsWhatMessagesCarry) {
  EXPECT_EQ(ParseDate("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(ParseDate("1970-01-01T00:00:01.25Z"), 1'250'000);
  EXPECT_EQ(ParseDate("1970-01-01T01:00:01.000001+01:00"), 1'000'001);
  EXPECT_EQ(ParseDate("1969-12-31T23:30:00-0030"), 0);
  EXPECT_EQ(ParseDate("1970-01-01T00:00:01.123456789Z"), 1'123'456);
}

TEST(ParseDate, RefusesTheRest) {
  for (const char* text : {"", "yesterday", "1970-01-01", "1970-01-01T00:00:01", "1970-01-01T00:00:01.", "1970-01-01T00:00:01Z and more"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
}

TEST(ProcessStartMicros, IsALittleWhileAgo) {
  auto start = ProcessStartMicros();
  ASSERT_TRUE(start);
  EXPECT_LE(*start, NowMicros() + 10'000);
  EXPECT_GT(*start, NowMicros() - 3'600'000'000);
}

}  // namespace ferry
