// Everything one cell may touch: the names in its code, what the code behind those names uses, and so on, with what
// belongs to every cell (escaped components, ambient code). docs/architecture.md, "tracker/observe".
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/observe/ambient.h"
#include "tracker/observe/knowledge.h"

namespace ferry::observe {

// Names that will be bound before the cell runs but are not yet (not loaded), with what their code uses.
using Pending = std::unordered_map<std::string, std::vector<std::string>>;

class Closure {
 public:
  // `pending` may be null; all must outlive this object.
  Closure(Knowledge& knowledge, Ambient& ambient, const Pending* pending);

  // Code that is about to run, after what was added before has run. A name that the earlier code bound is not read.
  void Add(const CodeScan& scan);

  // Names that turned out to be used while the code ran.
  void Used(const NameSet& names) {
    Want(names);
    Run();
  }

  void Door(const std::string& reason) { if (door_.empty()) door_ = reason; }

  const NameSet& names() const { return names_; }        // bound (or pending) names whose value of before may be touched
  const NameSet& mentions() const { return mentions_; }  // all names met, bound or not
  const NameSet& binds() const { return binds_; }        // names that code within reach binds or deletes
  const NameSet& clocks() const { return clocks_; }
  const std::string& door() const { return door_; }      // "" if none

 private:
  void Everywhere();
  void Want(const NameSet& names);
  void Run();
  void Follow(const std::string& name, PyObject* value, bool made);
  bool Made(const std::string& name, PyObject* value) const;

  Knowledge& knowledge_;
  Ambient& ambient_;
  const Pending* pending_;
  bool started_ = false;
  NameSet names_, mentions_, binds_, clocks_;
  std::string door_;
  std::vector<std::string> todo_;
  std::unordered_map<std::string, PyObject*> before_;  // value of each name the cell's code binds; compared only
  NameSet made_;                                       // bound for certain by code that has run
  NameSet next_made_;                                  // the same of the code added last
};

}  // namespace ferry::observe
