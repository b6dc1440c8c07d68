#include "kernel/relay/batch.h"

#include <zstd.h>

#include <memory>

#include "kernel/relay/phrases.h"
#include "kernel/relay/wire_names.h"
#include "serializer/format/frame.h"
#include "util/check.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

// At most some 20 ms each.
constexpr std::size_t kLittle = 64 << 10;
int Level(std::size_t bytes) { return bytes <= kLittle ? 19 : 12; }

std::string Squeezed(const std::string& bytes) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, Level(bytes.size()));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);  // blobs travel without theirs
  ZSTD_CCtx_loadDictionary(context.get(), Phrases().data(), Phrases().size());
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  CHECK(!ZSTD_isError(size));
  frame.resize(size);
  return frame;
}

}  // namespace

Result<Batch> Gather(const store::SessionFiles& files, const std::vector<std::string>& names) {
  Batch batch;
  std::string all;
  for (const std::string& name : names) {
    const std::string path = PathOf(files, name);
    auto file = Mapped::Open(path);
    if (!file) return file.error();
    const std::string_view bytes = file->bytes();
    if (bytes.size() > kSmallFile || all.size() + bytes.size() > kLargestBatch) {
      batch.left.push_back(name);
      continue;
    }
    if (auto digest = Digest::FromHex(name)) {
      auto blob = format::ReadOnlyFrame(format::FrameType::kBlob, bytes);
      if (!blob) return blob.error().Within(path);
      if (blob->digest != *digest) return Error{Code::kCorrupt, path + ": it holds other bytes than its name says", ""};
      batch.files.push_back(blob->payload.size());
      all += blob->payload;
    } else if (auto bare = format::WithoutChecks(bytes)) {
      batch.files.push_back(json::array({name, bare->size()}));
      all += *bare;
    } else {
      batch.left.push_back(name);  // damaged, or not yet whole
    }
  }
  batch.body = Squeezed(all);
  return batch;
}

Result<void> Scatter(const json& files, std::string_view body, const std::function<Result<void>(const std::string&, std::string_view)>& take) {
  const Error none{Code::kCorrupt, "files that travel together did not arrive whole", "try again"};
  std::vector<std::pair<std::string, std::size_t>> sizes;
  std::size_t sum = 0;
  for (const json& file : files) {
    const bool named = file.is_array() && file.size() == 2 && file[0].is_string();
    const json& bytes = named ? file[1] : file;
    if (!bytes.is_number_unsigned() || bytes.get<std::size_t>() > kLargestBatch - sum) return none;
    sizes.emplace_back(named ? file[0].get<std::string>() : "", bytes.get<std::size_t>());
    sum += sizes.back().second;
  }
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string all(sum + 1, '\0');  // what is longer does not fit
  const auto size = ZSTD_decompress_usingDict(context.get(), all.data(), all.size(), body.data(), body.size(), Phrases().data(), Phrases().size());
  if (ZSTD_isError(size) || size != sum) return none;
  std::string_view rest = all;
  std::vector<std::pair<std::string, std::string>> whole;
  for (auto& [name, bytes] : sizes) {
    const std::string_view part = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    auto file = name.empty() ? format::MakeFrame(format::FrameType::kBlob, part) : format::WithChecks(part);
    if (!file) return none;
    if (name.empty()) name = format::ReadOnlyFrame(format::FrameType::kBlob, *file)->digest.Hex();
    whole.emplace_back(std::move(name), *std::move(file));
  }
  for (const auto& [name, file] : whole)
    if (auto taken = take(name, file); !taken) return taken;
  return {};
}

}  // namespace ferry::relay
