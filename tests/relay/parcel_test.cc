#include "kernel/relay/parcel.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "kernel/relay/ssh.h"

namespace ferry::relay {
namespace {

TEST(Parcel, ComesOutAsItWentInHoweverItIsCut) {
  std::string bytes = std::string("Welcome!\n") + kGreeting + Packed({{"op", "put"}, {"id", 1}}, std::string("a\0b", 3)) + Packed({{"op", "echo"}});
  for (std::size_t step : {1, 2, 7, 1000}) {
    ParcelReader reader(kGreeting);
    std::vector<Parcel> parcels;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.Add(std::string_view(bytes).substr(at, step));
      while (true) {
        auto next = reader.Next();
        ASSERT_TRUE(next);
        if (!*next) break;
        parcels.push_back(std::move(**next));
      }
    }
    ASSERT_EQ(parcels.size(), 2u);
    EXPECT_EQ(parcels[0].head["op"], "put");
    EXPECT_EQ(parcels[0].body, std::string("a\0b", 3));
    EXPECT_EQ(parcels[1].body, "");
  }
}

TEST(Parcel, RefusesWhatIsNoLink) {
  ParcelReader chatter(kGreeting);
  chatter.Add(std::string(100 << 10, 'x'));
  EXPECT_FALSE(chatter.Next());
  ParcelReader large("");
  large.Add(std::string("\xff\xff\xff\xff\0\0\0\0", 8));
  EXPECT_FALSE(large.Next());
  ParcelReader text("");
  text.Add(std::string("\4\0\0\0\0\0\0\0nope", 12));
  EXPECT_FALSE(text.Next());
}

TEST(Parcel, WaitsForABodyThatIsAnnouncedAndTakesNothingElseForIt) {
  const std::string bytes = Packed({{"op", "put"}}, std::string(3000, 'b')) + Packed({{"op", "echo"}});
  ParcelReader reader("");
  reader.Add(std::string_view(bytes).substr(0, 3000));
  for (int i = 0; i < 3; ++i) {
    auto next = reader.Next();
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
  }
  reader.Add(std::string_view(bytes).substr(3000));
  EXPECT_EQ((*reader.Next())->body, std::string(3000, 'b'));
  EXPECT_EQ((*reader.Next())->head["op"], "echo");
}

TEST(Parcel, KeepsNothingOfWhatWasRead) {
  const std::string one = Packed({{"op", "put"}}, std::string(kPiece, 'b'));
  const auto held = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
  ParcelReader reader("");
  const std::size_t before = held();
  for (int i = 0; i < 64; ++i) {
    reader.Add(one);
    ASSERT_TRUE(*reader.Next());
  }
  EXPECT_LT(held() - before, 8 * kPiece);
}

TEST(Host, IsReadAsSshWrites) {
  auto host = ParseHost("ann@example.org:2222");
  ASSERT_TRUE(host);
  EXPECT_EQ(host->destination, "ann@example.org");
  EXPECT_EQ(host->port, "2222");
  EXPECT_EQ(ParseHost("[::1]:22")->destination, "::1");
  EXPECT_EQ(ParseHost("::1")->port, "");
  EXPECT_TRUE(ParseHost("home")->home());
  for (const char* bad : {"", "-oProxyCommand=x", "a b", "a:x", "a:99999", "ann@", "@host", "ann@-x"}) EXPECT_FALSE(ParseHost(bad)) << bad;
}

TEST(Ssh, SaysWhatToDo) {
  Host host = *ParseHost("ann@example.org");
  EXPECT_NE(ExplainSsh(host, "Host key verification failed.\n").what.find("host key"), std::string::npos);
  EXPECT_EQ(ExplainSsh(host, "ann@example.org: Permission denied (publickey).\n").code, Code::kRefused);
  EXPECT_NE(ExplainSsh(host, "ferry-no-program\n").remedy.find("pip install"), std::string::npos);
}

}  // namespace
}  // namespace ferry::relay
