// Plain values: builtin objects that hold no other object and never change. They are encoded by value, wherever met.
#pragma once

#include <pybind11/pybind11.h>

#include "tracker/objects/encoder.h"

namespace ferry::objects {

enum class Leaf : std::uint8_t {
  kNo,
  kCommon,     // one object for all (None, small ints, interned strings): its identity says nothing
  kDistinct,   // `is` tells it from its equals
};

constexpr std::size_t kLargeLeaf = 4096;  // bytes of a string from which its digest is worth remembering

inline Leaf EncodeInt(Encoder& e, PyObject* o) {
  auto* number = reinterpret_cast<PyLongObject*>(o);
  Py_ssize_t size = Py_SIZE(o), digits = size < 0 ? -size : size;
  if (digits <= 1) {
    std::int64_t value = digits ? std::int64_t{number->ob_digit[0]} * size : 0;
    e.Put(Tag::kInt, static_cast<std::uint64_t>(value));
    return value >= -5 && value <= 256 ? Leaf::kCommon : Leaf::kDistinct;
  }
  e.Put(Tag::kBigInt, static_cast<std::uint64_t>(size));
  e.Raw(number->ob_digit, digits * sizeof(digit));
  return Leaf::kDistinct;
}

inline Leaf EncodeStr(Encoder& e, PyObject* o) {
  if (PyUnicode_READY(o) != 0) return PyErr_Clear(), Leaf::kNo;
  Py_ssize_t length = PyUnicode_GET_LENGTH(o);
  int kind = PyUnicode_KIND(o);
  // The kind is the smallest that fits, so it is a function of the text.
  e.Put(Tag::kStr, static_cast<std::uint64_t>(length) << 3 | kind);
  e.Raw(PyUnicode_DATA(o), length * kind);
  return PyUnicode_CHECK_INTERNED(o) || (length <= 1 && kind == PyUnicode_1BYTE_KIND) ? Leaf::kCommon : Leaf::kDistinct;
}

inline Leaf EncodeBytes(Encoder& e, PyObject* o) {
  Py_ssize_t size = PyBytes_GET_SIZE(o);
  e.Put(Tag::kBytes, static_cast<std::uint64_t>(size));
  e.Raw(PyBytes_AS_STRING(o), size);
  return size <= 1 ? Leaf::kCommon : Leaf::kDistinct;
}

inline Leaf EncodeFloat(Encoder& e, PyObject* o) {
  std::uint64_t bits;
  double value = PyFloat_AS_DOUBLE(o);
  std::memcpy(&bits, &value, sizeof bits);
  e.Put(Tag::kFloat, bits);
  return Leaf::kDistinct;
}

// Writes `o` if it is a plain value.
inline Leaf EncodeLeaf(Encoder& e, PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  if (type == &PyLong_Type) return EncodeInt(e, o);
  if (type == &PyUnicode_Type) return EncodeStr(e, o);
  if (type == &PyFloat_Type) return EncodeFloat(e, o);
  if (o == Py_None) return e.Put(Tag::kNone), Leaf::kCommon;
  if (type == &PyBool_Type) return e.Put(o == Py_True ? Tag::kTrue : Tag::kFalse), Leaf::kCommon;
  if (type == &PyBytes_Type) return EncodeBytes(e, o);
  if (type == &PyComplex_Type) {
    Py_complex value = reinterpret_cast<PyComplexObject*>(o)->cval;
    e.Put(Tag::kComplex);
    e.Raw(&value, sizeof value);
    return Leaf::kDistinct;
  }
  if (o == Py_Ellipsis) return e.Put(Tag::kEllipsis), Leaf::kCommon;
  if (o == Py_NotImplemented) return e.Put(Tag::kNotImplemented), Leaf::kCommon;
  return Leaf::kNo;
}

// Writes a frozenset as the sum of its elements' digests, since they have no order. encode(Encoder&, element) writes one;
// where it returns false, nothing is written and this is false, too.
template <typename Encode>
bool EncodeFrozenset(Encoder& e, PyObject* set, Encode encode) {
  Digest sum;
  PyObject* element;
  Py_ssize_t pos = 0;
  Py_hash_t hash;
  while (_PySet_NextEntry(set, &pos, &element, &hash)) {
    Encoder one;
    if (!encode(one, element)) return false;
    const Digest digest = one.Finish();
    sum.high += digest.high;
    sum.low += digest.low;
  }
  e.Put(Tag::kFrozenset, sum);
  return true;
}

// A plain value that `is` tells from its equals; what EncodeLeaf calls kDistinct.
inline bool IsDistinctLeaf(PyObject* o) {
  Encoder unused;
  return EncodeLeaf(unused, o) == Leaf::kDistinct;
}

inline bool IsPlain(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  return type == &PyLong_Type || type == &PyUnicode_Type || type == &PyFloat_Type || type == &PyBool_Type ||
         type == &PyBytes_Type || type == &PyComplex_Type || o == Py_None || o == Py_Ellipsis || o == Py_NotImplemented;
}

// Bytes of a string or bytes object, 0 for other leaves.
inline std::size_t LeafBytes(PyObject* o) {
  if (PyUnicode_CheckExact(o)) return PyUnicode_IS_READY(o) ? PyUnicode_GET_LENGTH(o) * PyUnicode_KIND(o) : 0;
  return PyBytes_CheckExact(o) ? PyBytes_GET_SIZE(o) : 0;
}

}  // namespace ferry::objects
