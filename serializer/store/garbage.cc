#include "serializer/store/garbage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "serializer/store/policy.h"
#include "serializer/store/reader.h"
#include "util/direct_file.h"
#include "util/file.h"

namespace ferry::store {
namespace {

Result<void> CollectBlobs(const SessionFiles& files, const std::set<Digest>& named, Stop& stop, std::uint64_t* freed,
                          std::vector<Digest>* gone) {
  if (auto r = RemoveLarge(files.NewLargeBlob()); !r) return r;
  auto folders = List(files.Blobs());
  if (!folders) return folders.error();
  for (const auto& folder : *folders) {
    auto blobs = List(files.Blobs() + "/" + folder);
    if (!blobs) continue;  // no folder
    for (const auto& name : *blobs) {
      auto digest = Digest::FromHex(name);
      if (digest && named.contains(*digest)) continue;
      if (stop.AskedNow()) return Aborted();
      const std::string path = files.Blobs() + "/" + folder + "/" + name;
      const std::uint64_t size = SizeOf(path);
      if (auto r = RemoveLarge(path); !r) return r;
      if (digest) gone->push_back(*digest);
      *freed += size;
    }
  }
  return {};
}

Result<void> CollectImages(const SessionFiles& files, const std::vector<format::Manifest>& manifests, std::uint64_t* freed) {
  auto names = List(files.Root());
  if (!names) return names.error();
  std::uint32_t newest = 0;
  for (const auto& name : *names) newest = std::max(newest, ImageOf(name).value_or(0));
  for (const auto& name : *names) {
    auto number = ImageOf(name);
    const bool labelled = number && std::any_of(manifests.begin(), manifests.end(), [&](const auto& m) {
                            return m.generation == *number && !m.label.empty();
                          });
    const bool left = name.starts_with("image-") && name.ends_with(".tmp");  // its taking died, or it would hold the lock
    if (!left && (!number || *number == newest || labelled)) continue;
    const std::string path = files.Root() + "/" + name;
    *freed += TreeSize(path);
    if (auto r = RemoveTree(path); !r) return r;
  }
  return {};
}

}  // namespace

std::vector<Digest> BlobsOf(const format::Manifest& manifest) {
  std::set<Digest> blobs;
  for (const auto& component : manifest.components) {
    if (component.blob) blobs.insert(*component.blob);
  }
  for (const auto& item : manifest.process) {
    if (item.blob) blobs.insert(*item.blob);
  }
  return {blobs.begin(), blobs.end()};
}

Result<void> CollectGarbage(const SessionFiles& files, const std::set<Digest>& kept, Stop& stop, std::uint64_t* freed,
                            std::vector<Digest>* gone) {
  std::vector<Damage> damage;
  auto manifests = SessionReader(files).Generations(&damage);
  if (!manifests) return manifests.error();
  for (const auto& d : damage) {
    // A damaged manifest names nothing that could still be found; any other may, so nothing is removed.
    if (d.error.code != Code::kCorrupt) return d.error.Within("garbage stays");
  }
  std::set<Digest> named = kept;
  for (const auto& manifest : *manifests) {
    for (const Digest& blob : BlobsOf(manifest)) named.insert(blob);
  }
  if (auto r = CollectBlobs(files, named, stop, freed, gone); !r) return r;
  return CollectImages(files, *manifests, freed);
}

Result<void> RemoveSuperseded(const SessionFiles& files) {
  auto numbers = GenerationNumbers(files);
  if (!numbers) return numbers.error();
  SessionReader reader(files);
  std::vector<GenerationSummary> generations;
  for (std::uint32_t number : *numbers) {
    auto manifest = reader.Generation(number);
    // One that cannot be read holds no life and no label; of a newer version it is not ours to judge.
    if (!manifest && manifest.error().code != Code::kCorrupt) continue;
    generations.push_back(manifest ? GenerationSummary{number, manifest->life, !manifest->label.empty(), manifest->complete}
                                   : GenerationSummary{number, 0, false, false});
  }
  for (std::uint32_t number : Superseded(std::move(generations))) {
    if (auto r = Remove(files.Generation(number)); !r) return r;
  }
  return {};
}

}  // namespace ferry::store
