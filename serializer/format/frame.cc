#include "serializer/format/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace ferry::format {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers of the frame are copied as they lie in memory");

constexpr std::string_view kMagic("\x89" "FERRY\r\n", 8);
constexpr std::size_t kVersionAt = 8, kTypeAt = 10, kZeroAt = 12, kLengthAt = 16, kZerosAt = 24, kCheckAt = 56;

template <typename T>
T Get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <typename T, typename Bytes>
void Put(Bytes& bytes, std::size_t at, T value) { std::memcpy(bytes.data() + at, &value, sizeof value); }

Error Corrupt(const char* what) { return {Code::kCorrupt, what, ""}; }

}  // namespace

std::uint64_t LargestPayload(FrameType type) {
  switch (type) {
    case FrameType::kCell: case FrameType::kChange: return std::uint64_t{1} << 28;
    case FrameType::kManifest: case FrameType::kBundle: case FrameType::kArchive: return std::uint64_t{1} << 30;
    case FrameType::kBlob: return std::uint64_t{1} << 46;
  }
  return 0;
}

Header MakeHeader(FrameType type, std::uint64_t length) {
  CHECK(length <= LargestPayload(type));
  Header header{};
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  Put(header, kVersionAt, kVersion);
  Put(header, kTypeAt, static_cast<std::uint16_t>(type));
  Put(header, kLengthAt, length);
  Put(header, kCheckAt, DigestOf(header.data(), kCheckAt).low);
  return header;
}

Trailer MakeTrailer(const Digest& payload) {
  Trailer trailer;
  Put(trailer, 0, payload.low);
  Put(trailer, 8, payload.high);
  return trailer;
}

std::string MakeFrame(FrameType type, std::string_view payload) {
  Header header = MakeHeader(type, payload.size());
  Trailer trailer = MakeTrailer(DigestOf(payload));
  std::string frame;
  frame.reserve(header.size() + payload.size() + trailer.size());
  frame.append(header.data(), header.size()).append(payload).append(trailer.data(), trailer.size());
  return frame;
}

Result<Head> ReadHead(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return Corrupt("the header is cut off");
  if (bytes.substr(0, kMagic.size()) != kMagic) return Corrupt("it does not begin with a frame");
  if (Get<std::uint64_t>(bytes, kCheckAt) != DigestOf(bytes.data(), kCheckAt).low) {
    return Corrupt("the check of the header differs");
  }
  const auto version = Get<std::uint16_t>(bytes, kVersionAt);
  if (version > kVersion) {
    return Error{Code::kTooNew,
                 "it has format version " + std::to_string(version) + ", and this Kernelferry reads up to " +
                     std::to_string(kVersion),
                 "update Kernelferry where you read it"};
  }
  const auto zeros = bytes.substr(kZerosAt, kCheckAt - kZerosAt);
  const auto type = static_cast<FrameType>(Get<std::uint16_t>(bytes, kTypeAt));
  const auto length = Get<std::uint64_t>(bytes, kLengthAt);
  if (version == 0 || Get<std::uint32_t>(bytes, kZeroAt) != 0 ||
      std::any_of(zeros.begin(), zeros.end(), [](char c) { return c != 0; }) || LargestPayload(type) == 0 ||
      length > LargestPayload(type)) {
    return Corrupt("the header holds impossible values");
  }
  return Head{type, length};
}

Result<Frame> ReadFrame(std::string_view bytes) {
  auto head = ReadHead(bytes);
  if (!head) return head.error();
  if (head->FrameBytes() > bytes.size()) return Corrupt("the end is cut off");
  Frame frame{head->type, bytes.substr(kHeaderBytes, head->length), {}};
  frame.digest = DigestOf(frame.payload);
  const std::size_t trailer = kHeaderBytes + head->length;
  if (frame.digest != Digest{Get<std::uint64_t>(bytes, trailer + 8), Get<std::uint64_t>(bytes, trailer)}) {
    return Corrupt("the checksum differs");
  }
  return frame;
}

Result<Frame> ReadOnlyFrame(FrameType type, std::string_view bytes) {
  auto frame = ReadFrame(bytes);
  if (!frame) return frame;
  if (frame->type != type) return Corrupt("it holds something else than its name says");
  if (bytes.size() != kHeaderBytes + frame->payload.size() + kTrailerBytes) return Corrupt("bytes follow its end");
  return frame;
}

Result<std::string> WithoutChecks(std::string_view frames) {
  std::string bare;
  while (!frames.empty()) {
    auto frame = ReadFrame(frames);
    if (!frame) return frame.error();
    bare.append(frames.substr(kTypeAt, kZeroAt - kTypeAt)).append(frames.substr(kLengthAt, kZerosAt - kLengthAt)).append(frame->payload);
    frames.remove_prefix(kHeaderBytes + frame->payload.size() + kTrailerBytes);
  }
  return bare;
}

Result<std::string> WithChecks(std::string_view bare) {
  constexpr std::size_t kLength = kZeroAt - kTypeAt, kPayload = kLength + kZerosAt - kLengthAt;
  std::string frames;
  while (!bare.empty()) {
    if (bare.size() < kPayload) return Corrupt("the header is cut off");
    const auto type = static_cast<FrameType>(Get<std::uint16_t>(bare, 0));
    const auto length = Get<std::uint64_t>(bare, kLength);
    if (LargestPayload(type) == 0) return Corrupt("the header holds impossible values");
    if (length > bare.size() - kPayload || length > LargestPayload(type)) return Corrupt("the end is cut off");
    frames += MakeFrame(type, bare.substr(kPayload, length));
    bare.remove_prefix(kPayload + length);
  }
  return frames;
}

}  // namespace ferry::format
