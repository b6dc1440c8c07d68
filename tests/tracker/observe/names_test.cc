#include "tracker/observe/names.h"

#include <gtest/gtest.h>

namespace ferry::observe {
namespace {

using Words = std::vector<std::string_view>;

TEST(Identifiers, OfAQuery) { EXPECT_EQ(Identifiers("price > @limit and not _x1"), (Words{"price", "limit", "and", "not", "_x1"})); }
TEST(Identifiers, NumbersAreNone) { EXPECT_EQ(Identifiers("1e5 + 0x1f + a2"), (Words{"a2"})); }
TEST(Identifiers, OfAFormatString) { EXPECT_EQ(Identifiers("{name!r:>{width}}"), (Words{"name", "r", "width"})); }
TEST(Identifiers, OtherScripts) { EXPECT_EQ(Identifiers("größe*π"), (Words{"größe", "π"})); }
TEST(Identifiers, OfNothing) { EXPECT_TRUE(Identifiers("").empty()); }

TEST(Identifiers, DataIsNotSearched) {
  std::string text(kSearchedText, ' ');
  text += "late";
  EXPECT_TRUE(Identifiers(text).empty());
}

}  // namespace
}  // namespace ferry::observe
