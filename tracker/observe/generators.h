// Which of the global random generators a cell drew from, and their state before.
//
// Pickled states cost a tenth of a millisecond, so they are made only after a draw; whether one happened is seen by comparing
// the raw state in memory: that of `random`, and of numpy's legacy generator if it is the MT19937 it starts as.
#pragma once

#include <pybind11/pybind11.h>

#include <map>
#include <string>
#include <vector>

#include "tracker/graph/record.h"

namespace ferry::observe {

class Generators {
 public:
  // `states`: callable() -> dict name -> bytes, the pickled states.
  void Set(pybind11::object states) { states_ = std::move(states); }

  // Before a cell: about 1 us; 0.1 ms if the cell before drew.
  void Before();

  // The generators whose state differs from before. A generator that came with this cell and was drawn from has an empty
  // state: nobody knows how it began.
  std::vector<graph::GeneratorState> Drew() const;

 private:
  using States = std::map<std::string, std::string>;
  static States Raw();

  pybind11::object states_;
  States raw_;      // generator -> bytes of its state in memory, before the cell
  States pickled_;  // the same moment
};

}  // namespace ferry::observe
