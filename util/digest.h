// 128-bit content digests (XXH3-128): names of blobs, checksums of frames, fingerprints of objects. They find accidents,
// not attackers; what crosses a trust boundary is checked with SHA-256 as well.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

struct Digest {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const Digest&) const = default;
  std::string Hex() const;  // 32 lower-case digits, high part first
  static std::optional<Digest> FromHex(std::string_view text);
};

Digest DigestOf(const void* data, std::size_t size);
inline Digest DigestOf(std::string_view bytes) { return DigestOf(bytes.data(), bytes.size()); }

// The digest of bytes that come in pieces; equal to DigestOf of their concatenation.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;
  void Add(const void* data, std::size_t size);
  Digest Finish() const;  // of everything added so far
 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ferry
