#include "serializer/store/blob_file.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "serializer/format/frame.h"
#include "util/file.h"

namespace ferry::store {
namespace {

constexpr std::size_t kPiece = 256 * 1024;     // copied and hashed at once, and written at once to a small file
constexpr std::uint64_t kLarge = 1024 * 1024;

}  // namespace

std::uint64_t BlobFile::Whole(std::uint64_t bytes) { return format::kHeaderBytes + bytes + format::kTrailerBytes; }

bool BlobFile::IsLarge(std::uint64_t whole) { return whole >= kLarge; }

Result<Digest> BlobFile::Write(const std::vector<std::string_view>& pieces, std::uint64_t bytes, Stop& stop) {
  const std::uint64_t whole = Whole(bytes);
  // Hash and write see the same bytes although other threads may change the originals meanwhile. Small pieces gather
  // in a buffer, so that a write of the system is seldom small.
  std::optional<File> file;
  std::unique_ptr<char[]> own;
  char* buffer = nullptr;
  std::size_t room = kPiece, filled = 0;
  if (abandoned_) {
    if (auto r = abandoned_->Settle(stop); !r && r.error().code == Code::kAborted) return r.error();
    abandoned_.reset();
  }
  std::optional<DirectFile> direct;
  if (IsLarge(whole)) {
    auto created = DirectFile::Create(files_.NewLargeBlob(), whole);
    if (!created) return created.error();
    direct.emplace(*std::move(created));
    buffer = direct->buffer();
    room = DirectFile::kPiece;
  } else {
    auto created = File::Create(files_.NewBlob());
    if (!created) return created.error();
    file = *std::move(created);
    room = std::min<std::uint64_t>(room, whole);
    own = std::make_unique_for_overwrite<char[]>(room);
    buffer = own.get();
  }
  auto flush = [&]() -> Result<void> {
    const std::size_t n = std::exchange(filled, 0);
    if (stop.AskedNow()) return Aborted();
    if (!direct) return file->Write({buffer, n});
    if (auto r = direct->Put(n, stop); !r) return r;
    buffer = direct->buffer();
    return {};
  };
  Digester digester;
  auto add = [&](std::string_view piece, bool payload) -> Result<void> {
    while (!piece.empty()) {
      if (filled == room) {
        if (auto r = flush(); !r) return r;
      }
      const std::size_t n = std::min({room - filled, piece.size(), kPiece});
      std::memcpy(buffer + filled, piece.data(), n);
      if (payload) digester.Add(buffer + filled, n);
      filled += n;
      piece.remove_prefix(n);
    }
    return {};
  };
  auto all = [&]() -> Result<Digest> {
    const auto header = format::MakeHeader(format::FrameType::kBlob, bytes);
    if (auto r = add({header.data(), header.size()}, false); !r) return r.error();
    for (auto piece : pieces) {
      if (auto r = add(piece, true); !r) return r.error();
    }
    const Digest digest = digester.Finish();
    const auto trailer = format::MakeTrailer(digest);
    if (auto r = add({trailer.data(), trailer.size()}, false); !r) return r.error();
    if (auto r = flush(); !r) return r.error();
    if (direct) {
      if (auto r = direct->Finish(stop); !r) return r.error();
    } else if (whole > kPiece) {
      file->StartWriteback();
    }
    return digest;
  };
  auto digest = all();
  if (!digest && direct) abandoned_.emplace(*std::move(direct));  // a request waits: not for what the device still has to write
  return digest;
}

}  // namespace ferry::store
