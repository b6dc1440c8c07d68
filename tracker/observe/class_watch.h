// What the session hung on classes of libraries (`pandas.DataFrame.shout = f`): no variable and no module leads there.
//
// All classes are gone through, but only those whose dict was touched since the last time are looked into: the version
// tag of a dict is never given twice. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ferry::observe {

class ClassWatch {
 public:
  explicit ClassWatch(pybind11::dict ns) : ns_(std::move(ns)) {}

  struct Held {
    pybind11::object cls, value;
    std::string name;
  };
  // Attributes of classes that are not the session's whose value is: its functions and classes, instances of its classes,
  // and properties, static and class methods over such. Runs no user code. Cost: 0.1 us a class; more the first time.
  std::vector<Held> Look();

  // The abstract classes (of ABCMeta and its like) that are not the session's, as of the newest Look.
  const std::vector<pybind11::object>& abstract() const { return abstract_; }

 private:
  bool OfSession(PyObject* value) const;

  pybind11::dict ns_;
  std::unordered_map<PyTypeObject*, std::uint64_t> tags_;  // compared only
  std::unordered_set<PyTypeObject*> holding_;
  std::vector<pybind11::object> abstract_;
};

}  // namespace ferry::observe
