// The parcels of a link (docs/link.md): a JSON head and a body of bytes. Reading trusts no length: what is larger than a
// link ever sends is an error, not an allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/relay/wire.h"
#include "util/result.h"

namespace ferry::relay {

inline constexpr std::size_t kLargestHead = 16 << 20, kLargestBody = 4 << 20;
inline constexpr std::size_t kPiece = 1 << 20;  // bytes of a file in one parcel
inline constexpr int kLinkVersion = 6;

struct Parcel {
  json head;
  std::string body;
};

// The bytes of a parcel. CHECKs its limits.
std::string Packed(const json& head, std::string_view body = {});

// Takes bytes as they come and gives parcels.
class ParcelReader {
 public:
  // `greeting`: everything up to and including this line is skipped first (a login shell may print); "" for none.
  explicit ParcelReader(std::string greeting) : greeting_(std::move(greeting)) {}

  void Add(std::string_view bytes);
  // The next whole parcel; nullopt if more bytes are needed. kCorrupt: this is not a link.
  Result<std::optional<Parcel>> Next();

 private:
  std::string greeting_, buffer_;
  std::size_t read_ = 0;
};

// What the harbour prints before its first parcel.
inline constexpr const char* kGreeting = "ferry-link/1\n";

}  // namespace ferry::relay
