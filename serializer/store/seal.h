// What vouches for a file that left its store: SHA-256 of contents, and a seal (HMAC-SHA256) under a key that only this
// user has. XXH3 finds accidents; these find what somebody made.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "serializer/store/layout.h"
#include "util/result.h"

namespace ferry::store {

// SHA-256 of bytes that come in pieces; 32 bytes.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void Add(std::string_view bytes);
  std::string Finish();  // once
  static std::string Of(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

constexpr std::size_t kSealBytes = 32;

// The user's key: 32 random bytes in $FERRY_HOME/key, a line of text, readable by the user alone.
class UserKey {
 public:
  static Result<UserKey> Of(const StoreFiles& files);                             // made if there is none
  static Result<UserKey> Parse(std::string_view line);                            // kInvalid
  Result<void> Keep(const StoreFiles& files) const;                               // in the place of the store's own
  std::string Line() const;                                                       // "ferry-key 1 <64 hex digits>\n"
  std::string Name() const;                                                       // 16 hex digits; tells keys apart, gives none away
  std::string Seal(std::string_view bytes) const;                                 // 32 bytes
  bool Sealed(std::string_view bytes, std::string_view seal) const;               // in constant time

 private:
  explicit UserKey(std::string secret) : secret_(std::move(secret)) {}
  std::string secret_;
};

}  // namespace ferry::store
