// The stack of a walk: one frame for each object whose children are being visited.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::objects {

enum class Shape : std::uint8_t {
  kList, kTuple, kDict, kItems,   // children lie in the object itself; kItems: of an array
  kFields, kParts, kMemory,       // children lie in a list beside the stack; kFields: as name, value, name, value ...
};

struct Frame {
  PyObject* object;
  Shape shape;
  bool again, listing, made;  // as Walk has them while the children are visited
  Py_ssize_t at, end;  // kFields and after: range of the list beside; kDict: place, and the value to visit after its key
  Py_ssize_t first;    // where `at` began
};

// Where a walk is, as the user would write it: `name[3].field['key']`. pending: the list beside the stack.
std::string PathOf(const std::string& name, const std::vector<Frame>& frames, const std::vector<PyObject*>& pending);

}  // namespace ferry::objects
