// numpy arrays without numpy's headers: they would tie the build to one numpy and need one where none is installed. The
// fields of an array object have had this layout since numpy 1.7; the first array of a process is compared with its own
// `__array_interface__` before any is believed.
#pragma once

#include <pybind11/pybind11.h>

#include <unordered_map>

#include "util/digest.h"

namespace ferry::objects {

struct Array {
  PyObject_HEAD
  char* data;
  int nd;
  Py_ssize_t* dimensions;
  Py_ssize_t* strides;
  PyObject* base;
  PyObject* descr;
  int flags;

  bool writeable() const { return flags & 0x0400; }
  bool owns_data() const { return flags & 0x0004; }
  bool c_contiguous() const { return flags & 0x0001; }
  bool f_contiguous() const { return flags & 0x0002; }
  Py_ssize_t size() const {
    Py_ssize_t n = 1;
    for (int i = 0; i < nd; ++i) n *= dimensions[i];
    return n;
  }
};

struct DtypeInfo {
  Py_ssize_t item_size = 0;
  bool plain_objects = false;  // each item is one object pointer
  bool has_objects = false;
  Digest digest;               // of the dtype's own description
};

class Arrays {
 public:
  // False if this process' arrays do not have the layout above: treat them as opaque.
  bool Readable(PyObject* array);
  const DtypeInfo& Dtype(PyObject* descr);  // runs the dtype's getters (C)
  void Clear() { dtypes_.clear(); }

  // The base of an array; what as_strided() puts between an array and the one that it was made from is looked through.
  // Borrowed, or nullptr.
  static PyObject* BaseOf(Array* array);
  // What else holds the memory (a bytearray, a memory map, a C object): reached for linking. nullptr if nothing.
  static PyObject* Holder(Array* array);
  // Whether its memory was allocated by numpy for it, or for an array that it is a view of: nothing else writes there.
  static bool OwnsMemory(const Array* array);
  // The addresses its items lie in.
  static std::pair<const char*, const char*> Extent(const Array* array, Py_ssize_t item_size);

 private:
  int readable_ = -1;
  pybind11::object type_;
  std::unordered_map<PyObject*, DtypeInfo> dtypes_;
};

// Whether `object` is a numpy array (or of a subclass). False while numpy is not imported.
bool IsArray(PyObject* object);

// Calls f(pointer, count) for runs of adjacent items, in C order (Fortran order if only that is contiguous), until f
// returns false.
template <typename F>
void EachRun(const Array* a, Py_ssize_t item_size, F f) {
  Py_ssize_t size = a->size();
  if (size == 0) return;
  if (a->c_contiguous() || a->f_contiguous()) {
    f(a->data, size);
    return;
  }
  int inner = a->nd - 1;
  bool packed = a->strides[inner] == item_size;
  Py_ssize_t row = a->dimensions[inner];
  Py_ssize_t index[64] = {};
  const char* at = a->data;
  for (;;) {
    if (packed) {
      if (!f(at, row)) return;
    } else {
      for (Py_ssize_t i = 0; i < row; ++i)
        if (!f(at + i * a->strides[inner], Py_ssize_t{1})) return;
    }
    int d = inner - 1;
    for (; d >= 0; --d) {
      at += a->strides[d];
      if (++index[d] < a->dimensions[d]) break;
      at -= a->strides[d] * a->dimensions[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

}  // namespace ferry::objects
