// What the session hung on classes of libraries (`pandas.DataFrame.shout = f`, `setattr(Fraction, name, 5)`): no variable and no
// module leads there. A value that is nobody's (a number, a function of a library) counts where it was not there when the class was first
// seen and some cell speaks its name: libraries change their own classes too.
//
// All classes are gone through, but only those whose dict was touched since the last time are looked into: the version
// tag of a dict is never given twice. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ferry::observe {

class ClassWatch {
 public:
  explicit ClassWatch(pybind11::dict ns) : ns_(std::move(ns)) {}

  struct Held {
    pybind11::object cls, value;
    std::string name;
    bool mine;  // the value is the session's (of_session.h), else the name is spoken of
  };
  // The classes among the names of a module that has just come are what they were made as. The names whose value is the
  // session's. Cost: 1 us for a new class, 0.1 us for each name.
  std::vector<pybind11::object> See(const pybind11::dict& names);

  // spoken: a set of the words of all cells; None where they may have computed a name. Runs no user code. Cost: 0.1 us a class; more the first time.
  std::vector<Held> Look(pybind11::handle spoken);

  // The abstract classes (of ABCMeta and its like) that are not the session's, as of the newest Look.
  const std::vector<pybind11::object>& abstract() const { return abstract_; }

 private:
  // What a class held when it was first seen, compared only.
  struct First {
    const char* name = nullptr;  // of another class, if its place in memory was given away
    std::vector<std::pair<PyObject*, PyObject*>> values;
    std::vector<pybind11::object> plain;  // of the values (of_session.h, IsPlain)
  };
  bool Remember(PyTypeObject* type);  // whether it is new
  bool IsNew(PyTypeObject* type, PyObject* name, PyObject* value) const;

  pybind11::dict ns_;
  std::unordered_map<PyTypeObject*, std::uint64_t> tags_;  // compared only
  std::unordered_map<PyTypeObject*, First> first_;
  std::unordered_set<PyTypeObject*> holding_;
  std::vector<pybind11::object> abstract_;
};

}  // namespace ferry::observe
