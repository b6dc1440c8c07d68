// Digests of large buffers, from look to look. A buffer is digested once a look, whoever leads to it, and not at all where
// no code can have touched it since the look before.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <unordered_map>
#include <utility>

#include "util/digest.h"

namespace ferry::objects {

constexpr std::size_t kLargeBuffer = 1 << 16;  // bytes from which a look remembers a digest for the next one

// The digest of a large buffer, as a look took it.
struct Buffer {
  const void* data;  // nullptr: not to be recognized later
  std::size_t size;
  Digest digest;
  bool believed;     // taken from the look before
};
using Buffers = std::unordered_map<PyObject*, Buffer>;  // by the object that the memory belongs to; compared only

class BufferDigests {
 public:
  // A look begins; nothing is believed.
  void Clear();
  // The buffers of units that nothing touched are as that look found them. `before` lives until the next Clear.
  void Believe(const Buffers& before) { before_ = &before; }

  // The digest of this memory of `owner`. lasting: the address names it also in the next look, and only code that reaches
  // `owner` can write there. nullopt: stopped (util/stop.h).
  std::optional<Digest> Of(PyObject* owner, const void* data, std::size_t size, bool lasting, bool untouched);

  // What the look found, for Believe of the next one.
  Buffers Take() { return std::move(found_); }

 private:
  const Buffer* Known(PyObject* owner, const void* data, std::size_t size) const;

  Buffers found_;
  const Buffers* before_ = nullptr;
};

}  // namespace ferry::objects
