// Errors of the C++ layers as Python exceptions: _ferry.Stopped for kAborted, _ferry.FerryError (code, what, remedy) for
// all others. The one seam between Result and Python.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <string>
#include <utility>

#include "util/digest.h"
#include "util/result.h"

namespace ferry::session {

// On its way to Python; no other code throws or catches it.
struct Raised : std::exception {
  explicit Raised(Error e) : error(std::move(e)) {}
  const char* what() const noexcept override { return error.what.c_str(); }
  Error error;
};

template <typename T>
T Unwrap(Result<T> result) {
  if (!result) throw Raised(result.error());
  return *std::move(result);
}
inline void Unwrap(Result<void> result) {
  if (!result) throw Raised(result.error());
}

// A digest that Python gave as text; ValueError.
inline Digest DigestFrom(const std::string& text) {
  auto digest = Digest::FromHex(text);
  if (!digest) throw pybind11::value_error("not a digest of 32 hex digits: '" + text + "'");
  return *digest;
}

}  // namespace ferry::session
