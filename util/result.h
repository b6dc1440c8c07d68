// Expected failures are values: Result<T> holds a T or an Error that says what happened and what the user can do.
// Exceptions of third parties are turned into Errors at one seam each; a broken promise of ours is a CHECK (check.h).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "util/check.h"

namespace ferry {

enum class Code {
  kNotFound,   // no such session, generation, file
  kCorrupt,    // bytes that are not what was written
  kTooNew,     // written by a newer version than this one reads
  kRefused,    // trust, lock, policy: nothing was tried
  kFull,       // no space, or over the quota
  kIo,         // the system said no; `what` holds its words
  kInvalid,    // the caller's argument, or a user's input
  kAborted,    // stopped because a request came; try again later
  kPython,     // a Python exception; `what` holds its text
};

const char* Name(Code code);

struct Error {
  Code code = Code::kInvalid;
  std::string what;    // one sentence, names the thing
  std::string remedy;  // what to do about it; may be empty

  // The same error, said from one level up: "load df: checksum differs".
  Error Within(const std::string& where) const { return {code, where + ": " + what, remedy}; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  T& operator*() & { CHECK(ok()); return *value_; }
  const T& operator*() const& { CHECK(ok()); return *value_; }
  T&& operator*() && { CHECK(ok()); return std::move(*value_); }
  T* operator->() { CHECK(ok()); return &*value_; }
  const T* operator->() const { CHECK(ok()); return &*value_; }

  const Error& error() const { CHECK(!ok()); return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { CHECK(failed_); return error_; }

 private:
  bool failed_ = false;
  Error error_;
};

}  // namespace ferry
