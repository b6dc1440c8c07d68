// What the session put into registries of libraries: dicts, lists and sets that a module, one of its classes or one of its
// objects holds (`matplotlib.units.registry`, `sqlite3.adapters`), and functools.singledispatch functions. No attribute of a module or class
// changes when something is registered there, and no variable leads to it.
//
// All modules are gone through, but a container is looked into only where it was touched since the last time: a dict tells by
// its version tag, a list or set by its items and table. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ferry::observe {

using Names = std::unordered_set<std::string>;

class RegistryWatch {
 public:
  explicit RegistryWatch(pybind11::dict ns) : ns_(std::move(ns)) {}

  struct Entry {
    std::string module;
    std::vector<std::string> path;  // attributes from the module to the container
    std::string kind;               // dict, list, set or dispatch (of a singledispatch function)
    pybind11::object key, value;    // of a list: the index and the item; of a set: None and the member
  };
  // What these modules hold, which have just come (names in sys.modules), is as their import made it: Touched goes by that. `skipped`: as in Look.
  void See(const pybind11::list& modules, const Names& skipped);

  // Entries whose key or value is the session's (of_session.h), or is a tuple or list that holds such. `skipped`: modules that
  // are not looked into, by their first name or whole, nor objects of their classes that others hold (the shell). Runs no user code. Cost: 1 us a module.
  std::vector<Entry> Look(const Names& skipped);

  // Whether this dict came, or was touched, after the See of its module, or this list or set was touched after the See or Look that met it first:
  // entries came, went or were replaced.
  bool Touched(PyObject* container) const;

 private:
  // Where a container stands: borrowed, and made to words only for what is found.
  struct Place {
    PyObject *module, *name, *attribute;  // the last is null for what the module itself holds
    std::uint64_t born;                   // the newest version that any dict had when the module came
  };
  struct State {
    std::uint64_t tag;
    const void* table;
    bool holding;
    std::uint64_t round;  // 0: no Look has met it
    std::uint64_t first;  // tag, or one that no container has where it was touched before
  };
  using Named = std::vector<std::pair<PyObject*, PyObject*>>;  // attribute, value; borrowed from a dict that has not changed since
  struct Parts {
    std::uint64_t tag = 0;  // of the dict they were read from; 0: to be read again each time
    Named containers, owners, functions;
    std::uint64_t round = 0;
  };
  const Parts& PartsOf(PyObject* module, PyObject* name, const Names& skipped);
  const Parts& AttributesOf(PyObject* owner);
  void LookInto(PyObject* container, const Place& place, std::vector<Entry>* found);
  void LookThrough(PyObject* function, const Place& place, std::vector<Entry>* found);
  bool Mine(PyObject* value) const;

  pybind11::dict ns_;
  std::unordered_map<PyObject*, State> states_;  // of containers; these are compared only
  std::unordered_map<PyObject*, Parts> parts_;   // of modules, and of their classes and objects
  std::unordered_map<PyObject*, std::uint64_t> born_;  // of modules
  std::uint64_t round_ = 0;
};

}  // namespace ferry::observe
