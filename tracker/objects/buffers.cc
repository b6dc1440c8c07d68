#include "tracker/objects/buffers.h"

#include <algorithm>

#include "util/stop.h"

namespace ferry::objects {
namespace {

std::optional<Digest> DigestOrStop(const void* data, std::size_t size) {
  constexpr std::size_t kPiece = 1 << 20;
  if (size <= kPiece) return DigestOf(data, size);
  Digester digester;
  for (std::size_t at = 0; at < size; at += kPiece) {
    digester.Add(static_cast<const char*>(data) + at, std::min(kPiece, size - at));
    if (MainStop().AskedNow()) return std::nullopt;
  }
  return digester.Finish();
}

}  // namespace

void BufferDigests::Clear() {
  found_.clear();
  before_ = nullptr;
}

const Buffer* BufferDigests::Known(PyObject* owner, const void* data, std::size_t size) const {
  if (!before_) return nullptr;
  auto it = before_->find(owner);
  return it != before_->end() && it->second.data == data && it->second.size == size ? &it->second : nullptr;
}

std::optional<Digest> BufferDigests::Of(PyObject* owner, const void* data, std::size_t size, bool lasting, bool untouched) {
  auto it = found_.find(owner);
  if (it != found_.end() && it->second.believed && !untouched) it = (found_.erase(it), found_.end());
  if (it != found_.end()) return it->second.digest;
  const Buffer* known = lasting && untouched ? Known(owner, data, size) : nullptr;
  const std::optional<Digest> digest = known ? known->digest : DigestOrStop(data, size);
  if (digest && (Py_REFCNT(owner) > 1 || size >= kLargeBuffer))
    found_.emplace(owner, Buffer{lasting ? data : nullptr, size, *digest, known != nullptr});
  return digest;
}

}  // namespace ferry::objects
