// The canonical byte encoding that fingerprints are digests of: a tag for each object, then what is its own (a value, a
// length, a visit number), never an address. Small encodings (most names of a session) are digested in one call.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "util/digest.h"

namespace ferry::objects {

enum class Tag : std::uint8_t {
  kAbsent, kNone, kTrue, kFalse, kEllipsis, kNotImplemented, kInt, kBigInt, kFloat, kComplex, kStr, kBytes, kList, kTuple,
  kDict, kSet, kFrozenset, kByteArray, kBack, kForeign, kModule, kLibrary, kNamed, kModuleObject, kCodeUnit, kSeenCodeUnit,
  kCode, kFunction, kClass, kInstance, kFields, kMembers, kReduced, kArray, kView, kScalar, kBuffer, kOpaque, kDoor,
  kTraceback, kElements, kBuiltin, kException, kRoot, kGenerator,
};

class Encoder {
 public:
  void Put(Tag tag) {
    Reserve(1);
    buffer_[used_++] = static_cast<char>(tag);
  }
  void Put(Tag tag, std::uint64_t number) {
    Reserve(9);
    buffer_[used_] = static_cast<char>(tag);
    std::memcpy(buffer_ + used_ + 1, &number, 8);
    used_ += 9;
  }
  void Number(std::uint64_t number) {
    Reserve(8);
    std::memcpy(buffer_ + used_, &number, 8);
    used_ += 8;
  }
  void Put(Tag tag, std::string_view text) {
    Put(tag, text.size());
    Raw(text.data(), text.size());
  }
  void Put(Tag tag, const Digest& digest) {
    Put(tag, digest.high);
    Number(digest.low);
  }
  // Room for `count` of what Put(tag, number) writes; the caller writes them there and says where it ended.
  static constexpr std::size_t kNumber = 9;
  char* Room(std::size_t count) {
    Reserve(count * kNumber);
    return buffer_ + used_;
  }
  void Wrote(const char* end) { used_ = end - buffer_; }
  // Bytes without tag or length: the caller has written both.
  void Raw(const void* data, std::size_t size);

  Digest Finish();  // of everything since the start or the last Restart; nothing may be put after it without a Restart
  void Restart();

 private:
  static constexpr std::size_t kBuffer = 8192;
  void Reserve(std::size_t size) {
    if (used_ + size > kBuffer) [[unlikely]] Spill();
  }
  void Spill();

  char buffer_[kBuffer];
  std::size_t used_ = 0;
  std::optional<Digester> spilled_;
};

}  // namespace ferry::objects
