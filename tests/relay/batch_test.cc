// Small files that travel together arrive as they were, under their names, or not at all.
#include "kernel/relay/batch.h"

#include <gtest/gtest.h>

#include <map>

#include "serializer/format/frame.h"
#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

class BatchTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(MakeDirectory(path.substr(0, path.rfind('/'))));
    ASSERT_TRUE(Replace(path, bytes));
  }
  static std::string Frame(std::string_view payload) { return format::MakeFrame(format::FrameType::kCell, payload); }
  std::string Blob(const std::string& payload) {
    const std::string frame = format::MakeFrame(format::FrameType::kBlob, payload);
    const Digest digest = format::ReadOnlyFrame(format::FrameType::kBlob, frame)->digest;
    EXPECT_TRUE(MakeDirectory(files.Blobs()));
    Write(files.Blob(digest), frame);
    return digest.Hex();
  }
  Result<void> Arrive(const json& sizes, std::string_view body) {
    return Scatter(sizes, body, [&](const std::string& name, std::string_view bytes) -> Result<void> {
      arrived[name] = bytes;
      return {};
    });
  }

  test::Folder dir;
  store::SessionFiles files{dir / "s"};
  std::map<std::string, std::string> arrived;
};

TEST_F(BatchTest, ArrivesAsItWasInLess) {
  ASSERT_TRUE(MakeDirectory(files.Root()));
  Write(files.Log(), Frame(std::string(5000, 'l')) + Frame("") + Frame("m"));
  std::vector<std::string> names{"log", Blob("one"), Blob(std::string(3000, 'x')), Blob("")};
  auto batch = Gather(files, names);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->left.empty());
  EXPECT_LT(batch->body.size(), 400u);
  ASSERT_TRUE(Arrive(batch->files, batch->body));
  EXPECT_EQ(arrived.size(), names.size());
  for (const std::string& name : names) EXPECT_EQ(arrived[name], *ReadFile(name == "log" ? files.Log() : files.Blob(*Digest::FromHex(name))));
}

TEST_F(BatchTest, LeavesWhatIsLarge) {
  ASSERT_TRUE(MakeDirectory(files.Root()));
  Write(files.Log(), std::string(kSmallFile + 1, 'l'));
  const std::string blob = Blob("one");
  auto batch = Gather(files, {"log", blob});
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->left, std::vector<std::string>{"log"});
  ASSERT_TRUE(Arrive(batch->files, batch->body));
  EXPECT_TRUE(arrived.contains(blob));
  EXPECT_FALSE(Gather(files, {"gen-00000007"}));
}

TEST_F(BatchTest, LeavesALogThatIsDamagedOrTorn) {
  ASSERT_TRUE(MakeDirectory(files.Root()));
  const std::string whole = Frame("some cell") + Frame("another");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    for (bool torn : {true, false}) {
      std::string log = torn ? whole.substr(0, at) : whole;
      if (!torn) log[at] ^= 1;
      Write(files.Log(), log);
      auto batch = Gather(files, {"log"});
      ASSERT_TRUE(batch);
      EXPECT_TRUE(!batch->left.empty() || (torn && at == 0)) << at;
    }
  }
  EXPECT_FALSE(Arrive(json::array({json::array({"log", 5})}), Gather(files, {Blob("12345")})->body));
}

TEST_F(BatchTest, WhatIsAlteredIsRefused) {
  ASSERT_TRUE(MakeDirectory(files.Root()));
  auto batch = Gather(files, {Blob("some bytes of a small object"), Blob("and of another")});
  ASSERT_TRUE(batch);
  const json longer = {100000000, 2}, many = json::array({std::uint64_t(1) << 63, std::uint64_t(1) << 63}), other = {27, 16};
  for (const json& sizes : {longer, many, other, json::array({-1}), json::array({"log"}), json::array()}) EXPECT_FALSE(Arrive(sizes, batch->body)) << sizes;
  ASSERT_TRUE(Arrive(batch->files, batch->body));
  const auto whole = std::exchange(arrived, {});
  EXPECT_FALSE(Arrive(batch->files, batch->body.substr(1)));
  EXPECT_FALSE(Arrive(batch->files, std::string_view(batch->body).substr(0, batch->body.size() - 1)));
  for (std::size_t at = 0; at < batch->body.size(); ++at) {
    std::string altered = batch->body;
    altered[at] ^= 4;
    arrived.clear();
    if (Arrive(batch->files, altered)) {
      EXPECT_EQ(arrived, whole) << at;
    }
  }
}

}  // namespace
}  // namespace ferry::relay
