// The record of one cell: what it may have touched, through which door, and what it did outside.
//
//   Before -> SawCode for each code object, right before it runs -> After
//
// The closure is taken before the code runs, because afterwards the objects that led to it may be gone.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tracker/graph/record.h"
#include "tracker/observe/audit.h"
#include "tracker/observe/closure.h"
#include "tracker/observe/generators.h"

namespace ferry::observe {

// One a session; under the GIL.
class Observer {
 public:
  explicit Observer(pybind11::dict ns) : knowledge_(std::move(ns)) { ForgetModules(); }

  // A cell is about to run. Cost: O(names) if names were bound since the last cell ended, else constant.
  // Throws error_already_set if the callable of SetGenerators does.
  void Before();

  // One code object of the cell, right before it runs. Not a code object, or no cell begun: ignored.
  void SawCode(pybind11::handle code);

  // The cell ended. Fills in reads, writes, deletes, door, effects and drew; the rest is the caller's.
  graph::CellRecord After();

  // callable() -> dict name -> bytes: the pickled states of the global random generators.
  void SetGenerators(pybind11::object states) { generators_.Set(std::move(states)); }

  // What made the last cell a door: words for people, "" if it was none.
  const std::string& door_reason() const { return door_reason_; }

  // The names that this code may touch if it runs now, and whether it may touch everything.
  std::pair<NameSet, bool> Reads(const std::vector<pybind11::object>& codes, const Pending& pending);

  // Between the two, effects outside are stopped (audit.h, StartGuard and StopGuard).
  void Guard(std::vector<graph::Effect> allowed, pybind11::object stopped) {
    StartGuard(knowledge_.bindings().ns(), std::move(allowed), std::move(stopped));
  }
  std::vector<graph::Effect> Release() { return StopGuard(); }

  // The newest look. The namespace must be as it was looked at.
  void Learn(pybind11::handle look) { knowledge_.Learn(look); }
  void Registered(NameSet names) { knowledge_.Registered(std::move(names)); }

 private:
  Knowledge knowledge_;
  Ambient ambient_;
  Generators generators_;
  std::optional<Closure> closure_;  // of the running cell
  std::string door_reason_;
};

}  // namespace ferry::observe
