// Code of earlier cells that lives where no variable leads: in a hook, a registry, builtins, a thread. It may run in any
// cell, so what it names belongs to every cell while it lives.
//
// Known by reference counts: this table holds each code object of the cells; what else holds it is the code around it, or
// somebody out there. Code that only this table holds is dead and leaves it.
#pragma once

#include <pybind11/pybind11.h>

#include <unordered_map>
#include <vector>

#include "tracker/observe/code_scan.h"

namespace ferry::observe {

class Ambient {
 public:
  // A code object of a cell, with all code inside it.
  void Add(PyCodeObject* cell, const CodeScan& scan);

  // Code objects inside cells that something outside this table holds. Frees the dead. Cost: 5 ns a held object.
  std::vector<PyObject*> Alive();

  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    pybind11::object code;
    int parents = 0;    // holders that are in this table themselves
    bool cell = false;  // the code of a whole cell: it ran and is over
  };
  template <typename F>
  void ForEachChild(PyObject* code, F&& child);

  std::unordered_map<PyObject*, Held> held_;
};

}  // namespace ferry::observe
