// Blobs on their way to the disk: a frame (serializer/format) of bytes that other threads may change meanwhile, hashed and
// written in one pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/store/layout.h"
#include "util/digest.h"
#include "util/direct_file.h"
#include "util/result.h"
#include "util/stop.h"

namespace ferry::store {

class BlobFile {
 public:
  explicit BlobFile(SessionFiles files) : files_(std::move(files)) {}

  // Bytes of the whole file for so many of payload.
  static std::uint64_t Whole(std::uint64_t bytes);
  // Such a file is written past the page cache, and what a stop left of it is written over by the next.
  static bool IsLarge(std::uint64_t whole);
  // Where Write puts it.
  std::string Path(std::uint64_t whole) const { return IsLarge(whole) ? files_.NewLargeBlob() : files_.NewBlob(); }

  // Writes the concatenation of `pieces`, of `bytes` in all, and returns its digest. Looks at `stop` for each piece that it
  // writes (kAborted), and does not wait then for what the device still has to write.
  Result<Digest> Write(const std::vector<std::string_view>& pieces, std::uint64_t bytes, Stop& stop);

  // What a stop left is of no use any more.
  void Abandon() { abandoned_.reset(); }

 private:
  SessionFiles files_;
  std::optional<DirectFile> abandoned_;  // a large one that was stopped; the device may still be writing
};

}  // namespace ferry::store
