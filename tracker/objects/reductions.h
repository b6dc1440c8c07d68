// The state of library objects as their own reduction tells it. What a reduction makes lives until the walk ends, so
// that addresses met in a walk stay unique; where it holds nothing but plain values it is dropped at once.
#pragma once

#include <pybind11/pybind11.h>

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tracker/objects/types.h"

namespace ferry::objects {

class Reductions {
 public:
  // The parts of `object` as a list: what the adapter yields, or function, arguments, state, items of the reduction, and
  // last, if there are any, the attributes hung on it that the reduction does not tell; a str where the object is a global of its module. nullptr if it has none (then it is opaque). Owned here, until Clear.
  PyObject* Of(PyObject* object, const TypeInfo& info);
  // Whether attributes are hung on an object that was reduced.
  bool IsHung(PyObject* object) const { return hung_.contains(object); }
  void Drop(PyObject* object) { parts_.erase(object); }
  void Clear() {
    parts_.clear();
    hung_.clear();
  }

  // Objects that were reduced since Clear, with their parts.
  const std::unordered_map<PyObject*, pybind11::object>& all() const { return parts_; }

 private:
  std::unordered_map<PyObject*, pybind11::object> parts_;
  std::unordered_set<PyObject*> hung_;
};

}  // namespace ferry::objects
