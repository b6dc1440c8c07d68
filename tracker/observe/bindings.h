// Which names the namespace binds, to what address, and how that differs from the last time.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/objects/layout.h"
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

// One name of the user and what it is bound to. Borrowed.
struct Binding {
  std::string_view name;
  PyObject* value;
};

// Snapshot of one namespace dict. Owns references to the keys, none to values. Addresses of dead values are compared, so a
// rebinding to an object at the same place is not seen here: the code that does it is (code_scan.h).
//
// IPython adds a name with every cell (_i1, _i2 ...), so that a namespace grows with the history. What is asked between
// the request and the reply of a cell therefore compares the dict's table with its copy as memory: 1 ns a name.
class Bindings {
 public:
  explicit Bindings(pybind11::dict ns) : ns_(std::move(ns)) {}
  ~Bindings();
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  // What changed since the last call. Cost: nothing if no name was bound since.
  BindingChange Refresh();

  // The user's names as they are now, in no order; valid until the namespace changes.
  const std::vector<Binding>& Users();

  // Those that are bound to classes and functions.
  std::vector<Binding> CodeUnits();

  pybind11::handle ns() const { return ns_; }

  // The value of a user's name, borrowed, or null.
  PyObject* Value(std::string_view name) const;

 private:
  struct Change;
  Change Compare() const;

  pybind11::dict ns_;
  std::uint64_t version_ = 0, users_version_ = 0;
  std::vector<objects::DictItem> seen_;  // at the last Refresh; keys owned
  std::vector<std::size_t> places_;      // in seen_, of the user's names; ascending
  std::vector<Binding> users_;
};

}  // namespace ferry::observe
