// The walk is bound by memory: what it will meet is fetched into the cache a few dozen objects ahead.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::objects {

// Brings what lies ahead in a long row into the cache: first the objects, then what they point to, then the first of that.
// Inlined always: GCC takes a function that only prefetches for one without effect and drops the call.
[[gnu::always_inline]] inline void PrefetchAhead(PyObject* const* items, Py_ssize_t left) {
  constexpr Py_ssize_t kFar = 64, kNear = 40, kNext = 20;
  if (left <= kFar) return;
  if (items[kFar]) __builtin_prefetch(items[kFar]);
  if (PyObject* o = items[kNear]) {
    if (PyList_CheckExact(o)) __builtin_prefetch(reinterpret_cast<PyListObject*>(o)->ob_item);
    else if (PyDict_CheckExact(o))
      for (int i = 0; i < 192; i += 64) __builtin_prefetch(reinterpret_cast<char*>(reinterpret_cast<PyDictObject*>(o)->ma_keys) + i);
    else __builtin_prefetch(reinterpret_cast<char*>(o) - 32), __builtin_prefetch(reinterpret_cast<char*>(o) + 64);
  }
  if (PyObject* o = items[kNext]) {
    if (PyList_CheckExact(o) && PyList_GET_SIZE(o) > 0) __builtin_prefetch(PyList_GET_ITEM(o, 0));
    else if (PyTuple_CheckExact(o))
      for (Py_ssize_t i = 0; i < Py_SIZE(o) && i < 4; ++i) __builtin_prefetch(PyTuple_GET_ITEM(o, i));
  }
}

}  // namespace ferry::objects
