#include "util/result.h"

#include <gtest/gtest.h>

#include "util/digest.h"

namespace ferry {

TEST(Result, HoldsAValueOrAnErrorWithItsPlace) {
  Result<int> good = 3;
  EXPECT_EQ(*good, 3);
  Result<int> bad = Error{Code::kCorrupt, "checksum differs", "restore a backup"}.Within("load df");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().what, "load df: checksum differs");
  EXPECT_EQ(bad.error().remedy, "restore a backup");
}

TEST(ResultDeathTest, EndsTheProcessWhenAnErrorIsReadAsAValue) {
  Result<int> bad = Error{Code::kIo, "no", ""};
  EXPECT_DEATH((void)*bad, "CHECK");
}

TEST(Digest, IsTheSameInPiecesAndThroughItsText) {
  Digester pieces;
  pieces.Add("kernel", 6);
  pieces.Add("ferry", 5);
  Digest whole = DigestOf("kernelferry");
  EXPECT_EQ(pieces.Finish(), whole);
  EXPECT_EQ(Digest::FromHex(whole.Hex()), whole);
  EXPECT_FALSE(Digest::FromHex("xyz").has_value());
}

}  // namespace ferry
