// SHA-256 of large files, on every core: a file is cut into pieces of 16 MiB, and its digest is the SHA-256 of the digests
// of its pieces, one after another (docs/format.md, "System image").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::image {

struct Hashed {
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hex digits
};

// One for each path, in order. An error if one cannot be read. Cost: some 1.5 GB a second and core.
Result<std::vector<Hashed>> HashFiles(const std::vector<std::string>& paths);

}  // namespace ferry::image
