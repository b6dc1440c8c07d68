// Small files of a session in one parcel (docs/link.md, "Batches"). Log, manifest and the blobs of small objects say much the
// same, each with a head of its own; together in one zstd frame they take a third. The frame begins with a dictionary that both
// ends have (phrases.h), so that the first file of its kind is small too.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/relay/wire.h"
#include "serializer/store/layout.h"
#include "util/result.h"

namespace ferry::relay {

inline constexpr std::size_t kSmallFile = 256 << 10;   // bytes of a file that travels with others
inline constexpr std::size_t kLargestBatch = 1 << 20;  // bytes of the files of one

struct Batch {
  json files = json::array();  // bytes of the payload of a blob, whose digest names it; of any other [name, bytes of its frames without checks]
  std::string body;            // a zstd frame of their bytes, one behind the other
  std::vector<std::string> left;  // names that are not in it, since they travel by themselves
};

// The files of these names, in their order, as far as they are small and one batch takes them.
Result<Batch> Gather(const store::SessionFiles& files, const std::vector<std::string>& names);

// Gives each file of a batch to `take`, which may refuse. kCorrupt: it is none; then nothing was taken.
Result<void> Scatter(const json& files, std::string_view body, const std::function<Result<void>(const std::string& name, std::string_view bytes)>& take);

}  // namespace ferry::relay
