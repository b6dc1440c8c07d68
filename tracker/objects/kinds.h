// The kinds of objects that the walk tells apart, and what each of CPython's own types is.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ferry::objects {

enum class Kind : std::uint8_t {
  kNone, kList, kTuple, kDict, kSet, kFrozenset, kByteArray, kInt, kFloat, kComplex, kStr, kBytes,  // builtin contents
  kModule, kClass, kFunction, kBuiltin, kCode, kNamed,       // by reference, or walked as units of their own
  kMembers, kTraversed, kException, kMemoryView, kGenerator,  // builtin types made of references
  kArray, kScalar,                                           // numpy
  kInstance, kReduced, kOpaque,
  kDoor, kTraceback,
};

// The kind of a builtin type whose layout the walk knows.
std::optional<Kind> BuiltinKind(PyTypeObject* type);

// The contents that a class takes from `native`, the nearest of its bases that is no heap type. kNone: of object; kOpaque:
// the layout is not known.
Kind ContentOf(PyTypeObject* native);

// Bytes of the value of a numpy scalar of this type ("numpy.int64"); 0 for other types.
std::uint32_t ScalarSize(const std::string& label);

}  // namespace ferry::objects
