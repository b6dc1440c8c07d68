// Any bytes whatever, given as an exported session: its head is refused, or it is written as the same bytes again and every
// file it names lies inside the bytes and inside a session's folder. The payload is also read behind a right checksum. Build
// with the preset `fuzz`; start with tests/golden/v1 as the corpus.
#include <cstddef>
#include <cstdint>

#include "serializer/store/archive.h"
#include "util/check.h"

namespace {

void Read(std::string_view bytes) {
  std::size_t content = 0;
  auto index = ferry::store::ReadArchiveHead(bytes, &content);
  if (!index) return;
  std::uint64_t total = content;
  for (const auto& file : index->files) {
    CHECK(file.name.find("..") == std::string::npos && file.name.front() != '/');
    total += file.bytes;
  }
  CHECK(total == bytes.size());
  CHECK(*ferry::format::Encode(*index) == bytes.substr(0, content - ferry::store::kSealBytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  const std::size_t rest = size < 256 ? 0 : size / 4;  // what follows the head: a seal and contents
  Read(ferry::format::MakeFrame(ferry::format::FrameType::kArchive, bytes.substr(rest)) + std::string(ferry::store::kSealBytes, 's') +
       std::string(bytes.substr(0, rest)));
  return 0;
}
