// The frame around everything binary that a session keeps: magic, version, type, length, checksum (docs/format.md,
// "Frame"). Reading never trusts a byte: a frame is whole and valid, or it is an Error.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/digest.h"
#include "util/result.h"

namespace ferry::format {

inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 64, kTrailerBytes = 16;

enum class FrameType : std::uint16_t { kCell = 1, kChange = 2, kManifest = 3, kBlob = 4, kBundle = 5, kArchive = 6 };

std::uint64_t LargestPayload(FrameType type);

using Header = std::array<char, kHeaderBytes>;
using Trailer = std::array<char, kTrailerBytes>;

// The parts, for a payload written in pieces. `length` must be at most LargestPayload(type).
Header MakeHeader(FrameType type, std::uint64_t length);
Trailer MakeTrailer(const Digest& payload);
std::string MakeFrame(FrameType type, std::string_view payload);

struct Head {
  FrameType type;
  std::uint64_t length;  // of the payload
  std::uint64_t FrameBytes() const { return kHeaderBytes + length + kTrailerBytes; }
};

// The header at the start of `bytes`, which must hold at least that much: kCorrupt, or kTooNew. The rest of the frame
// may be missing.
Result<Head> ReadHead(std::string_view bytes);

struct Frame {
  FrameType type;
  std::string_view payload;  // into the bytes given to ReadFrame
  Digest digest;             // of the payload, compared with the trailer
};

// The frame at the start of `bytes`; what follows it is not looked at.
Result<Frame> ReadFrame(std::string_view bytes);

// The one frame that `bytes` consist of, of this type.
Result<Frame> ReadOnlyFrame(FrameType type, std::string_view bytes);

// Frames for the wire: of each its type (2 bytes), the length of its payload (8) and the payload; all else follows from these.
// kCorrupt where `frames` do not consist of valid frames alone, `bare` not of such.
Result<std::string> WithoutChecks(std::string_view frames);
Result<std::string> WithChecks(std::string_view bare);

}  // namespace ferry::format
