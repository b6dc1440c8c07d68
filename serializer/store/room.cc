#include "serializer/store/room.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "serializer/store/reader.h"
#include "util/direct_file.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::store {
namespace {

constexpr std::uint64_t kReserve = 16 * 1024 * 1024;  // left free on the disk for logs, manifests and everyone else

}  // namespace

std::uint64_t BlobsAndImages(const SessionFiles& files) {
  std::uint64_t bytes = TreeSize(files.Blobs());
  auto names = List(files.Root());
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    if (ImageOf(name)) bytes += TreeSize(files.Root() + "/" + name);
  }
  return bytes;
}

Error Room::QuotaError(const SessionFiles& files, std::uint32_t newest, std::uint64_t bytes) const {
  std::vector<std::pair<std::uint64_t, std::string>> biggest;
  SessionReader reader(files);
  if (auto manifest = reader.Generation(newest)) {
    for (const auto& c : manifest->components) {
      if (c.blob && !c.key.empty()) biggest.emplace_back(c.bytes, c.key.front());
    }
  }
  std::sort(biggest.rbegin(), biggest.rend());
  if (biggest.size() > 3) biggest.resize(3);
  std::string names;
  for (const auto& [size, name] : biggest) names += (names.empty() ? "" : ", ") + name + " (" + SizeInWords(size) + ")";
  return {Code::kFull,
          SizeInWords(bytes) + " more do not fit: " + SizeInWords(used_ + elsewhere_) + " of the quota of " + SizeInWords(quota_) +
              " are taken" + (names.empty() ? "" : "; the biggest here: " + names),
          "raise FERRY_QUOTA, delete what is not needed, or remove sessions (jupyter ferry list, jupyter ferry rm)"};
}

Result<void> Room::Check(const SessionFiles& files, std::uint32_t newest, std::uint64_t bytes) const {
  if (quota_ != 0 && used_ + elsewhere_ + bytes > quota_) return QuotaError(files, newest, bytes);
  const std::uint64_t free = FreeSpace(files.Root()) + SizeOf(files.NewLargeBlob());
  if (free < bytes + kReserve) {
    return Error{Code::kFull, SizeInWords(bytes) + " do not fit: the disk of " + files.Root() + " has " + SizeInWords(free) + " left",
                 "free some space there, or set FERRY_HOME to a directory on another disk"};
  }
  return {};
}

}  // namespace ferry::store
