// Frames and records: what was written comes back, golden files are read for ever, and no bytes whatever make a reader
// return something else than what was written, or ask for memory that the bytes do not justify.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <random>

#include "serializer/format/records.h"
#include "tests/serializer/format/samples.h"
#include "util/file.h"

namespace {
std::size_t g_largest = 0;  // allocation since it was set to 0
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  g_largest = std::max(g_largest, size);
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace ferry::format {
namespace {

const std::string kGolden = FERRY_GOLDEN "/v1/";  // the first version of each, and the newest of most
const std::string kNewer = FERRY_GOLDEN "/v2/";

struct Sample {
  std::string file;
  std::string bytes;
};

// Where the golden file of the newest version lies.
std::string Golden(const std::string& file) { return (file == "bundle" ? kNewer : kGolden) + file; }
std::vector<Sample> Samples() {
  return {{"started.2.log", *Encode(test::Started())},
          {"cell.2.log", *Encode(test::Cell())},
          {"change.log", *Encode(test::Change())},
          {"gen-00000007", *Encode(test::Generation())},
          {"bundle", *Encode(test::Image())},
          {"exported-head", *Encode(test::Exported())},
          {"blob", MakeFrame(FrameType::kBlob, "the bytes of a component")}};
}

// Reads any frame as what it is and writes it again: the same bytes exactly if everything came back.
Result<std::string> Again(std::string_view bytes) {
  auto frame = ReadFrame(bytes);
  if (!frame) return frame.error();
  if (frame->type == FrameType::kBlob) return MakeFrame(frame->type, frame->payload);
  if (frame->type == FrameType::kManifest) {
    auto manifest = DecodeManifest(bytes);
    if (!manifest) return manifest.error();
    return Encode(*manifest);
  }
  if (frame->type == FrameType::kBundle) {
    auto bundle = DecodeBundle(bytes);
    if (!bundle) return bundle.error();
    return Encode(*bundle);
  }
  if (frame->type == FrameType::kArchive) {
    auto index = DecodeArchive(bytes);
    if (!index) return index.error();
    return Encode(*index);
  }
  auto record = DecodeRecord(*frame);
  if (!record) return record.error();
  return Encode(*record);
}

// A valid frame around a payload that its writer never wrote.
std::string Forged(std::string_view frame, const std::function<void(std::string&)>& change) {
  auto original = ReadFrame(frame);
  std::string payload(original->payload);
  change(payload);
  return MakeFrame(original->type, payload);
}

TEST(Format, FramesComeBackFromWhatTheyAreOnTheWire) {
  std::string all;
  for (const auto& [file, bytes] : Samples()) {
    auto bare = WithoutChecks(bytes);
    ASSERT_TRUE(bare) << file;
    EXPECT_EQ(*WithChecks(*bare), bytes) << file;
    if (bytes.size() < 1 << 16) all += bytes;
    for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 50) {
      EXPECT_EQ(WithoutChecks(bytes.substr(0, at)).ok(), at == 0) << file;
      auto frames = WithChecks(bare->substr(0, at));
      EXPECT_TRUE(!frames || *WithoutChecks(*frames) == bare->substr(0, at)) << file << " at " << at;
      std::string altered = bytes;
      altered[at] ^= 4;
      EXPECT_FALSE(WithoutChecks(altered)) << file << " at " << at;
    }
  }
  EXPECT_EQ(*WithChecks(*WithoutChecks(all)), all);
  EXPECT_FALSE(WithChecks(std::string("\x07\0\0\0\0\0\0\0\0\0", 10)));
  EXPECT_FALSE(WithChecks("short"));
}

TEST(Format, GoldenFilesAreReadAndWrittenTheSame) {
  const bool write = std::getenv("FERRY_WRITE_GOLDEN") != nullptr;  // after a new version has a folder of its own
  for (const auto& [file, bytes] : Samples()) {
    if (write) {
      ASSERT_TRUE(Replace(Golden(file), bytes));
    }
    auto golden = ReadFile(Golden(file));
    ASSERT_TRUE(golden) << file;
    auto again = Again(*golden);
    ASSERT_TRUE(again) << file << ": " << again.error().what;
    EXPECT_EQ(*again, *golden) << file;
    EXPECT_EQ(*golden, bytes) << file << ": the format changed; it needs a new version";
  }
}

TEST(Format, OlderVersionsAreRead) {
  auto old = DecodeBundle(*ReadFile(kGolden + "bundle"));
  ASSERT_TRUE(old);
  auto now = test::Image();
  for (auto& file : now.mapped) file.carried.clear();
  EXPECT_EQ(*Encode(*old), *Encode(now));
}

TEST(Format, FieldsComeBack) {
  auto bytes = ReadFile(kGolden + "gen-00000007");
  auto m = DecodeManifest(*bytes);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->label, "before the split");
  EXPECT_EQ(m->packages.at("pandas"), "3.0.0");
  EXPECT_EQ(m->components.at(0).exports.at(1), std::uint64_t{1} << 40);
  EXPECT_EQ(m->components.at(0).seconds, 2.5);
  EXPECT_EQ(m->components.at(0).blob, DigestOf("df"));
  EXPECT_FALSE(m->components.at(1).blob.has_value());
  EXPECT_FALSE(m->complete);
  EXPECT_EQ(m->hash_seed, 4'000'000'000u);
  auto cell_bytes = ReadFile(kGolden + "cell.2.log");
  auto record = DecodeRecord(*ReadFrame(*cell_bytes));
  ASSERT_TRUE(record);
  const auto& cell = std::get<graph::CellRecord>(*record);
  EXPECT_EQ(cell.status, graph::Status::kError);
  EXPECT_EQ(cell.drew.at(0).before, std::string("\x80\x04\x00\xff", 4));
  EXPECT_TRUE(cell.effects.at(0).unsafe);
  EXPECT_EQ(cell.met.at(1).data, std::string("\x80\x05\x00", 3));
}

TEST(Format, RecordsOfOlderClassVersionsAreRead) {
  for (const std::string name : {"cell", "started"}) {
    auto older = ReadFile(kGolden + name + ".log"), newer = ReadFile(kGolden + name + ".2.log");
    auto first = DecodeRecord(*ReadFrame(*older)), second = DecodeRecord(*ReadFrame(*newer));
    ASSERT_TRUE(first) << name << ": " << first.error().what;
    ASSERT_TRUE(second);
    EXPECT_TRUE(std::get<graph::CellRecord>(*first).met.empty());
    std::get<graph::CellRecord>(*second).met.clear();
    EXPECT_EQ(*Encode(*first), *Encode(*second)) << name;
  }
}

TEST(Format, AFrameCutAnywhereIsRefused) {
  for (const auto& [file, bytes] : Samples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      auto read = Again(std::string_view(bytes).substr(0, size));
      ASSERT_FALSE(read.ok()) << file << " cut at " << size;
      EXPECT_EQ(read.error().code, Code::kCorrupt);
    }
  }
}

TEST(Format, EveryFlippedBitIsRefused) {
  for (const auto& [file, bytes] : Samples()) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
      ASSERT_FALSE(Again(flipped).ok()) << file << " bit " << bit;
    }
  }
}

TEST(Format, ForgedPayloadsNeverAskForMemoryTheyDoNotFill) {
  for (const auto& [file, bytes] : Samples()) {
    if (std::string_view(file) == "blob") continue;
    for (std::size_t at = 1; at + 8 <= ReadFrame(bytes)->payload.size(); ++at) {
      for (std::uint64_t count : {std::uint64_t{1} << 24, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        std::string forged = Forged(bytes, [&](std::string& payload) { std::memcpy(&payload[at], &count, 8); });
        g_largest = 0;
        auto read = Again(forged);
        EXPECT_LT(g_largest, 1u << 20) << file << " at " << at;
        EXPECT_TRUE(read.ok() || read.error().code == Code::kCorrupt || read.error().code == Code::kTooNew);
      }
    }
  }
}

TEST(Format, ForgedPayloadsAreReadAsTheyAreOrRefused) {
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) {
    for (const auto& [file, bytes] : Samples()) {
      std::string forged = Forged(bytes, [&](std::string& payload) {
        payload[random() % payload.size()] ^= static_cast<char>(1 << (random() % 8));
      });
      auto read = Again(forged);
      EXPECT_TRUE(!read.ok() || *read == forged) << file;
    }
  }
}

TEST(Format, BytesLeftOverAreRefused) {
  for (const auto& [file, bytes] : Samples()) {
    if (std::string_view(file) == "blob") continue;  // whose payload is anything
    EXPECT_FALSE(Again(Forged(bytes, [](std::string& payload) { payload += '\0'; })).ok()) << file;
  }
  EXPECT_EQ(DecodeManifest(*Encode(test::Generation()) + "x").error().what, "bytes follow its end");
}

TEST(Format, ANewerVersionIsToldFromDamage) {
  std::string frame = *Encode(test::Generation());
  frame[8] = 2;
  EXPECT_EQ(DecodeManifest(frame).error().code, Code::kCorrupt) << "the check still says version 1";
  std::uint64_t check = DigestOf(frame.data(), 56).low;
  std::memcpy(&frame[56], &check, 8);
  auto newer = DecodeManifest(frame);
  EXPECT_EQ(newer.error().code, Code::kTooNew);
  EXPECT_FALSE(newer.error().remedy.empty());

  // The class version of the manifest follows the byte of the byte order.
  auto record = DecodeManifest(Forged(*Encode(test::Generation()), [](std::string& payload) { payload[1] = 2; }));
  EXPECT_EQ(record.error().code, Code::kTooNew);
}

TEST(Format, OneTypeIsNotReadAsAnother) {
  EXPECT_FALSE(DecodeManifest(*Encode(test::Cell())).ok());
  std::string manifest = *Encode(test::Generation());
  EXPECT_FALSE(DecodeRecord(*ReadFrame(manifest)).ok());
}

}  // namespace
}  // namespace ferry::format
