#include "kernel/relay/wire.h"

#include <gtest/gtest.h>

namespace ferry::relay {
namespace {

Frames Of(std::initializer_list<std::string_view> parts) {
  Frames frames;
  for (auto part : parts) frames.emplace_back(part.data(), part.size());
  return frames;
}

constexpr const char* kHeader = R"({"msg_id":"m1","msg_type":"execute_request","session":"s"})";

}  // namespace

TEST(Signer, SignsAsHmacSha256OfTheConcatenation) {
  // printf abcd | openssl dgst -sha256 -hmac key
  EXPECT_EQ(Signer("key").Sign({"a", "b", "c", "d"}), "2a31ec0ee8d878c9eece9fb0df79b3b90b2256240163aa5ee50d176d3d1121f8");
  EXPECT_EQ(Signer("").Sign({"a", "b", "c", "d"}), "");
}

TEST(Signer, RefusesWhatAnotherKeyOrNobodySigned) {
  Signer signer("key");
  std::string good = signer.Sign({"a", "b", "c", "d"});
  EXPECT_TRUE(signer.Check(good, {"a", "b", "c", "d"}));
  EXPECT_FALSE(signer.Check(good, {"a", "b", "c", "e"}));
  EXPECT_FALSE(signer.Check(Signer("other").Sign({"a", "b", "c", "d"}), {"a", "b", "c", "d"}));
  EXPECT_FALSE(signer.Check("", {"a", "b", "c", "d"}));
  EXPECT_FALSE(signer.Check(good.substr(1), {"a", "b", "c", "d"}));
}

TEST(Message, ReadsItsHeadersAndKeepsItsFrames) {
  auto m = Message::Parse(Of({"id1", "id2", "<IDS|MSG>", "sig", kHeader, R"({"msg_id":"p"})", "{}", R"({"code":"1"})", "buffer"}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->type(), "execute_request");
  EXPECT_EQ(m->id(), "m1");
  EXPECT_EQ(m->parent_id(), "p");
  EXPECT_TRUE(m->IsRequest());
  EXPECT_EQ(m->Identities().size(), 2u);
  EXPECT_EQ(StringAt(m->Content(), "code"), "1");
  Frames frames = std::move(*m).Take();
  ASSERT_EQ(frames.size(), 9u);
  EXPECT_EQ(frames[8].to_string_view(), "buffer");
}

TEST(Message, RefusesHalvesAndGarbage) {
  EXPECT_FALSE(Message::Parse({}));
  EXPECT_FALSE(Message::Parse(Of({"<IDS|MSG>"})));
  EXPECT_FALSE(Message::Parse(Of({"x", "<IDS|MSG>", "sig", kHeader, "{}", "{}"})));          // no content
  EXPECT_FALSE(Message::Parse(Of({"x", "sig", kHeader, "{}", "{}", "{}"})));                 // no delimiter
  EXPECT_FALSE(Message::Parse(Of({"<IDS|MSG>", "sig", "{\"msg_id\":", "{}", "{}", "{}"})));  // half a header
  EXPECT_FALSE(Message::Parse(Of({"<IDS|MSG>", "sig", "[1]", "{}", "{}", "{}"})));
  EXPECT_FALSE(Message::Parse(Of({"<IDS|MSG>", "sig", R"({"msg_id":1,"msg_type":2})", "{}", "{}", "{}"})));
  EXPECT_FALSE(Message::Parse(Of({"<IDS|MSG>", "sig", std::string(100000, '['), "{}", "{}", "{}"})));
}

TEST(Message, ReadsWhatIsNestedDeeperThanTheStack) {
  const std::string deep = R"({"x":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  const std::string header = R"({"msg_id":"m1","msg_type":"comm_msg","x":)" + deep + "}";
  auto m = Message::Parse(Of({"<IDS|MSG>", "", header, "{}", deep, deep}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->id(), "m1");
  EXPECT_TRUE(m->Content().contains("x"));
}

TEST(Message, IsReadableIfItsPartsAreObjects) {
  const auto readable = [](std::string_view parent, std::string_view metadata, std::string_view content) {
    Frames frames;
    for (std::string_view part : {std::string_view("<IDS|MSG>"), std::string_view("s"), std::string_view(R"({"msg_type": "t", "msg_id": "i"})"), parent, metadata, content}) {
      frames.emplace_back(part.data(), part.size());
    }
    return Message::Parse(std::move(frames))->Readable();
  };
  EXPECT_TRUE(readable("{}", " {}", R"({"a": [1]})"));
  EXPECT_FALSE(readable("", "{}", "{}"));
  EXPECT_FALSE(readable("{}", "null", "{}"));
  for (std::string_view content : {"", "{", "[1]", "5", "{}{}", "{\"a\": \"\xff\"}"}) EXPECT_FALSE(readable("{}", "{}", content));
  const auto nested = [](int depth) { return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}"; };
  EXPECT_TRUE(readable(nested(512), nested(512), nested(512)));
  EXPECT_FALSE(readable(nested(513), "{}", "{}"));
  EXPECT_FALSE(readable("{}", nested(513), "{}"));
  EXPECT_FALSE(readable("{}", "{}", nested(1'000'000)));
}

TEST(Message, TakesContentOfTheWrongTypeForNothing) {
  auto m = Message::Parse(Of({"<IDS|MSG>", "", kHeader, "null", "3", R"({"comm_id":7,"restart":"yes"})"}));
  ASSERT_TRUE(m);
  EXPECT_EQ(StringAt(m->Content(), "comm_id"), "");
  EXPECT_FALSE(FlagAt(m->Content(), "restart", false));
  EXPECT_TRUE(m->Metadata().empty());
}

TEST(Author, SignsNamesAndNeverRepeatsItself) {
  Author author(Signer("key"));
  auto first = Message::Parse(author.Make(Of({"to"}), "status", kHeader, "{}"));
  auto second = Message::Parse(author.Make(Of({"to"}), "status", kHeader, "{}"));
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->SignedBy(Signer("key")));
  EXPECT_NE(first->id(), second->id());
  EXPECT_EQ(first->parent_id(), "m1");
  EXPECT_TRUE(author.Wrote(first->id()));
  EXPECT_FALSE(author.Wrote("m1"));
  EXPECT_FALSE(Author(Signer("key")).Wrote(first->id()));
}

TEST(Author, SpeaksWithTheSessionIdOfItsEngine) {
  Author author(Signer("key"));
  EXPECT_EQ(Message::Parse(author.Make({}, "status", "{}", "{}"))->session(), author.session());
  author.Adopt("engine");
  EXPECT_EQ(Message::Parse(author.Make({}, "status", "{}", "{}"))->session(), "engine");
}

TEST(Message, KeepsEverythingButTheSignatureWhenAnotherKeySigns) {
  Author author(Signer("key"));
  auto made = Message::Parse(author.Make(Of({"to"}), "status", kHeader, R"({"a":1})"));
  const std::string id = made->id();
  auto again = Message::Parse(Message::Resigned(std::move(*made).Take(), Signer("other")));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->SignedBy(Signer("key")));
  EXPECT_TRUE(again->SignedBy(Signer("other")));
  EXPECT_EQ(again->id(), id);
  EXPECT_EQ(again->content_text(), R"({"a":1})");
  EXPECT_EQ(again->Identities().size(), 1u);
  EXPECT_EQ(Message::Resigned(Of({"<IDS|MSG>", "short"}), Signer("other")).size(), 2u);
}

TEST(Text, SurvivesBytesThatAreNotUtf8) { EXPECT_NE(Text({{"a", "\xff"}}).find("\"a\""), std::string::npos); }

}  // namespace ferry::relay
