// While one is entered, the cyclic collector looks at new objects rarely. An import makes hundreds of thousands of objects that stay, and
// CPython's collector goes through them again and again: a fifth of the time of `import statsmodels.api`. It still runs, so that what a
// module throws away in cycles while it is imported does not pile up. At the end all objects count as old, as those that stay would
// after some passes: else the next cell had to wait for these. Not where few came, as where all is imported by then: what earlier cells threw away in
// cycles would count as old each time, and wait for a pass over everything.
//
// Only where the thresholds are as Python starts with them: others are the user's word. A module that sets them meanwhile is
// obeyed. A context manager of C, so that no interrupt comes between its end and the thresholds. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::engine {

class RareCollections {
 public:
  explicit RareCollections(int new_objects) : new_objects_(new_objects) {}

  void Enter();
  void Exit();

 private:
  int new_objects_;  // more than were freed, until it looks at them
  pybind11::object before_, during_;
};

}  // namespace ferry::engine
