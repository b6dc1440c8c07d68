// What is known about the variables between two cells: the newest look's findings, and for names touched since then a short
// inspection of their value (inspection.h).
//
// Names that one cell touched since the look may share objects from then on. They form a group; two of a group count as
// linked unless both could be inspected whole and have no mutable object in common, or one is alone.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/observe/bindings.h"
#include "tracker/observe/inspection.h"

namespace ferry::observe {

// What touching a variable reaches.
struct Reached {
  NameSet mentions;     // names its code may use
  NameSet binds;        // names its code binds
  NameSet clocks;       // calls in it that answer differently each time
  NameSet partners;     // names that share objects with it, or hold its classes and functions
  std::string door;
};

class Knowledge {
 public:
  explicit Knowledge(pybind11::dict ns) : bindings_(std::move(ns)) {}

  Bindings& bindings() { return bindings_; }

  // The newest look, made of the namespace as it is now: `components`, and of each
  // `names`, `exports`, `needs`, `mentions`, `escaped`, `door`.
  void Learn(pybind11::handle look);

  // Names of classes and functions that a library was found to hold: it may run their code in any cell.
  void Registered(NameSet names);

  // A cell ran that touched these names and could use `mentions`. `everything`: it went through a door.
  void Ran(const NameSet& touched, const NameSet& mentions, bool everything);

  // Before the questions about one cell: gives them a new budget of objects to inspect.
  void Begin() { budget_ = kMostObjects; }

  // `value` is bound to `name` now. `made`: by the running cell, so that what it holds was within that cell's reach.
  Reached Reach(const std::string& name, PyObject* value, bool made);

  // True if some variable was found to hold this code object.
  bool Holds(const void* code);

  // Names of components that are held from outside the namespace, and of what is registered, with what their code uses.
  const NameSet& escaped() const { return escaped_; }

 private:
  static constexpr std::size_t kMostObjects = 4096;  // inspected for one cell
  static constexpr std::size_t kMostOfOne = 512;     // inspected for one name

  struct Component {
    NameSet names, mentions;
    NameSet touched;  // its own names and those of the components that hold its classes and functions
    std::string door;
  };
  struct Looked {
    std::shared_ptr<const Component> component;
    const void* address = nullptr;
  };
  struct Group {
    std::vector<std::string> names;  // those that can share
    NameSet mentions;
    bool everything = false;
  };
  struct Inspected {
    const void* address = nullptr;
    Inspection found;
  };

  void HoldRegistered();
  bool Fresh(const std::string& name, const void* value) const;
  const Inspection& InspectOnce(const std::string& name, PyObject* value);
  bool Share(const std::string& name, PyObject* value, const std::string& other);

  Bindings bindings_;
  NameSet escaped_, registered_;
  std::unordered_map<std::string, Looked> looked_;
  std::unordered_map<std::string, std::shared_ptr<Group>> groups_;  // of the names touched since the look
  std::unordered_map<std::string, Inspected> inspected_;
  std::unordered_map<const void*, std::string> holder_;             // code object -> a name whose value held it
  NameSet unsearched_;                                              // for code objects
  std::size_t budget_ = kMostObjects;
};

}  // namespace ferry::observe
