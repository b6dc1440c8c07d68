#include "kernel/relay/members.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ferry::relay {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// The members, or one called "no object".
Pairs Of(std::string_view text) {
  Pairs found;
  const bool whole = EachMember(text, [&](std::string_view name, std::string_view value) { found.emplace_back(name, value); });
  return whole ? found : Pairs{{"no object", ""}};
}

const Pairs kNone = {{"no object", ""}};

}  // namespace

TEST(Members, AreToldAsTheyStandThere) {
  EXPECT_EQ(Of("{}"), Pairs());
  EXPECT_EQ(Of(" { } \n"), Pairs());
  EXPECT_EQ(Of(R"({"a":1})"), (Pairs{{"a", "1"}}));
  EXPECT_EQ(Of(R"( { "a" : "x,}" , "b":{"c":["]","}"],"d":{}} ,"e":[1,[2]],"f":null } )"),
            (Pairs{{"a", R"("x,}")"}, {"b", R"({"c":["]","}"],"d":{}})"}, {"e", "[1,[2]]"}, {"f", "null"}}));
  EXPECT_EQ(Of(R"({"a\"b":"\\"})"), (Pairs{{"a\"b", R"("\\")"}}));
}

TEST(Members, OfWhatIsNoWholeObjectAreNone) {
  for (std::string_view text : {"", "1", "[1]", "\"a\"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":\"x", "{\"a\":\"x\\\"}",
                                "{\"a\":[1}", "{\"a\":{\"b\":1}", "{a:1}", "{\"a\" 1}", "{\"a\":1}{}", "{\"a\":1}x", "{\"a\":[\"]}"}) {
    EXPECT_EQ(Of(text), kNone) << text;
  }
}

TEST(Members, OfEveryBeginningOfAnObjectAreNone) {
  const std::string whole = R"({"a": "x\"y", "b": {"c": [1, "]"]}, "d": 1.5e3})";
  ASSERT_EQ(Of(whole).size(), 3u);
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(Of(whole.substr(0, size)), kNone) << size;
}

TEST(Members, TheLastOfANameCounts) {
  EXPECT_EQ(MemberOf(R"({"a":1,"b":2,"a":3})", "a"), "3");
  EXPECT_EQ(MemberOf(R"({"a":1})", "b"), "");
  EXPECT_EQ(MemberOf(R"({"b":{"a":1}})", "a"), "");
  EXPECT_EQ(MemberOf(R"({"a":1)", "a"), "");
}

TEST(Members, StringsLoseTheirEscapes) {
  EXPECT_EQ(Unquoted(R"("plain")"), "plain");
  EXPECT_EQ(Unquoted(R"("")"), "");
  EXPECT_EQ(Unquoted(R"("a\n\u00e9\"")"), "a\n\xc3\xa9\"");
  EXPECT_EQ(Unquoted(R"("\x")"), "");  // no escape of JSON's
  for (std::string_view value : {"", "1", "null", "{}", "[\"a\"]", "\""}) EXPECT_EQ(Unquoted(value), "");
}

}  // namespace ferry::relay
