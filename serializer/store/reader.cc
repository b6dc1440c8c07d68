#include "serializer/store/reader.h"

#include <algorithm>

namespace ferry::store {

Result<Blob> Blob::Open(const std::string& path, const Digest& digest) {
  const std::string name = "blob " + digest.Hex();
  auto file = Mapped::Open(path);
  if (!file) return file.error().Within(name);
  auto frame = format::ReadOnlyFrame(format::FrameType::kBlob, file->bytes());
  if (!frame) return frame.error().Within(name);
  if (frame->digest != digest) return Error{Code::kCorrupt, name + ": it holds other bytes than its name says", ""};
  std::string_view payload = frame->payload;
  return Blob(*std::move(file), payload);
}

Result<std::vector<std::uint32_t>> GenerationNumbers(const SessionFiles& files) {
  auto names = List(files.Root());
  if (!names) return names.error();
  std::vector<std::uint32_t> numbers;
  for (const auto& name : *names) {
    if (auto number = GenerationOf(name)) numbers.push_back(*number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

Result<Json> SessionReader::Info() const { return ReadObject(files_.Info()); }

Result<LogContents> SessionReader::Log() const { return ReadLog(files_.Log()); }

Result<format::Manifest> SessionReader::Generation(std::uint32_t number) const {
  const std::string where = "generation " + std::to_string(number);
  auto bytes = ReadFile(files_.Generation(number), format::LargestPayload(format::FrameType::kManifest) * 2);
  if (!bytes && bytes.error().code == Code::kNotFound) {
    return Error{Code::kNotFound, "there is no " + where, "%session shows the generations there are"};
  }
  if (!bytes) return bytes.error();
  auto manifest = format::DecodeManifest(*bytes);
  if (!manifest) return manifest.error().Within(where);
  if (manifest->generation != number) {
    return Error{Code::kCorrupt, where + ": its file holds generation " + std::to_string(manifest->generation), ""};
  }
  return manifest;
}

Result<Digest> SessionReader::GenerationDigest(std::uint32_t number) const {
  auto bytes = ReadFile(files_.Generation(number), format::LargestPayload(format::FrameType::kManifest) * 2);
  if (!bytes) return bytes.error();
  auto frame = format::ReadOnlyFrame(format::FrameType::kManifest, *bytes);
  if (!frame) return frame.error();
  return frame->digest;
}

Result<std::vector<format::Manifest>> SessionReader::Generations(std::vector<Damage>* damage) const {
  auto numbers = GenerationNumbers(files_);
  if (!numbers) return numbers.error();
  std::vector<format::Manifest> manifests;
  for (std::uint32_t number : *numbers) {
    auto manifest = Generation(number);
    if (manifest) {
      manifests.push_back(*std::move(manifest));
    } else if (damage && manifest.error().code != Code::kNotFound) {  // removed while we looked: not damage
      damage->push_back({files_.Generation(number), manifest.error()});
    }
  }
  return manifests;
}

Result<Blob> SessionReader::OpenBlob(const Digest& digest) const { return Blob::Open(files_.Blob(digest), digest); }

}  // namespace ferry::store
