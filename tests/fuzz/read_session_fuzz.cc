// Any bytes whatever, given to the readers of a session as a log, a manifest and the bundle of an image: they refuse or return records that
// are written as the same bytes again. The payload is also read behind a right checksum, where the fuzzer would never get
// by itself. Build with the preset `fuzz`; start with tests/golden/v1 as the corpus.
#include <cstddef>
#include <cstdint>

#include "serializer/format/records.h"
#include "util/check.h"

namespace {

using namespace ferry::format;

void Read(std::string_view bytes) {
  while (auto frame = ReadFrame(bytes)) {
    const std::string_view whole = bytes.substr(0, kHeaderBytes + frame->payload.size() + kTrailerBytes);
    if (frame->type == FrameType::kCell || frame->type == FrameType::kChange) {
      if (auto record = DecodeRecord(*frame)) CHECK(*Encode(*record) == whole);
    }
    if (frame->type == FrameType::kManifest) {
      if (auto manifest = DecodeManifest(whole)) CHECK(*Encode(*manifest) == whole);
    }
    if (frame->type == FrameType::kBundle) {  // one of an older version is written anew
      if (auto bundle = DecodeBundle(whole)) {
        auto again = DecodeBundle(*Encode(*bundle));
        CHECK(again && *Encode(*again) == *Encode(*bundle));
      }
    }
    bytes.remove_prefix(whole.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  for (FrameType type : {FrameType::kCell, FrameType::kChange, FrameType::kManifest, FrameType::kBundle}) Read(MakeFrame(type, bytes));
  return 0;
}
