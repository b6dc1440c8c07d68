// Which names the namespace binds, to what address, and how that differs from the last time.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tracker/observe/names.h"

namespace ferry::observe {

// False for what IPython and the interpreter themselves put into the namespace: In, Out, _, _i3, exit, __builtins__ ...
// The one definition of "the user's names". `value` may be null (the name is not bound).
bool IsUserName(std::string_view name, PyObject* value);

// Sorted user names of a namespace. Keys that are not exact str are none.
std::vector<std::string> UserNames(PyObject* ns);

struct BindingChange {
  NameSet bound;  // user names that are new or bound to another address
  NameSet gone;   // user names that are bound no more
};

// Snapshot of one namespace dict. Owns references to the keys, none to values. Addresses of dead values are compared, so a
// rebinding to an object at the same place is not seen here: the code that does it is (code_scan.h).
class Bindings {
 public:
  explicit Bindings(pybind11::dict ns) : ns_(std::move(ns)) {}

  // What changed since the last call. Cost: nothing if no name was bound since; else about 3 ns a name.
  BindingChange Refresh();

  // Names that are bound to classes and functions, and to which. Cost: 2 ns a name.
  std::vector<std::pair<std::string_view, const void*>> CodeUnits() const;

  pybind11::handle ns() const { return ns_; }

  // The value of a user's name, borrowed, or null.
  PyObject* Value(std::string_view name) const;

 private:
  struct Entry {
    pybind11::object key;
    const void* value;
    bool user;
  };
  Entry Make(PyObject* key, PyObject* value) const;

  pybind11::dict ns_;
  std::uint64_t version_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace ferry::observe
