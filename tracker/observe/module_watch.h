// Which modules have come and which were written to. Between two statements of a cell nearly all are as they were, and there
// may be thousands: those are passed by here, by the version tags of their dicts.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ferry::observe {

class ModuleWatch {
 public:
  struct Module {
    pybind11::object name, object, dict;  // the dict is that of the module, or of what stands in sys.modules instead of one
    std::uint64_t tag;
  };
  // Those whose name is new in sys.modules, or leads to another object now, or whose dict has changed since the last Look that
  // Settle followed; and all that stands there in place of a module. What has no dict is left out. Keeps them alive. Under the
  // GIL. Cost: 50 ns for each module that is as it was.
  const std::vector<Module>& Look();

  // What the last Look found has been dealt with. Until then it is found again: an interrupt may come before all of it is.
  void Settle();

 private:
  std::unordered_map<PyObject*, Module> known_;  // by name
  std::vector<Module> found_;
};

}  // namespace ferry::observe
