#include "util/words.h"

#include <gtest/gtest.h>

namespace ferry {

TEST(Words, SayASizeWithTwoOrThreeFigures) {
  EXPECT_EQ(SizeInWords(0), "0 B");
  EXPECT_EQ(SizeInWords(999), "999 B");
  EXPECT_EQ(SizeInWords(1500), "1.5 KB");
  EXPECT_EQ(SizeInWords(123'400'000), "123 MB");
  EXPECT_EQ(SizeInWords(999'600'000), "1.0 GB");
}

TEST(Words, SayADurationInItsUnit) {
  EXPECT_EQ(DurationInWords(0.08), "80 ms");
  EXPECT_EQ(DurationInWords(1.25), "1.2 s");
  EXPECT_EQ(DurationInWords(89), "89 s");
  EXPECT_EQ(DurationInWords(90), "2 min");
  EXPECT_EQ(DurationInWords(12'600), "3.5 h");
}

}  // namespace ferry
