// The objects that the collector tracks, and the references they hold: who holds something, and whether anybody holds that.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tracker/objects/walk.h"

namespace ferry::objects {

using Objects = std::unordered_set<PyObject*>;

// As it is when it is made; under the GIL, while nothing is made or freed. A question costs one pass over all of them.
class Heap {
 public:
  using Reference = std::pair<PyObject*, PyObject*>;  // holder, target

  // To the keys of `targets`, a map or set. nullopt: stopped.
  template <typename Targets>
  std::optional<std::vector<Reference>> ReferencesTo(const Targets& targets, Walk& walk) const {
    Search<Targets> search{targets};
    for (pybind11::handle holder : objects_) {
      if (walk.Stop()) return std::nullopt;
      search.holder = holder.ptr();
      if (traverseproc traverse = Py_TYPE(search.holder)->tp_traverse) traverse(search.holder, &See<Targets>, &search);
    }
    return std::move(search.found);
  }

  // Those of `asked`, which are of the heap, that wait for the collector: only they and their like hold each other. is_root: needs no
  // holder itself. What is held by long chains counts as reached. A question for each step of the longest chain. nullopt: stopped.
  std::optional<Objects> Unreached(Objects asked, const std::function<bool(PyObject*)>& is_root, Walk& walk) const;

 private:
  template <typename Targets>
  struct Search {
    const Targets& targets;
    PyObject* holder = nullptr;
    std::vector<Reference> found = {};
  };
  template <typename Targets>
  static int See(PyObject* child, void* search) {
    auto& s = *static_cast<Search<Targets>*>(search);
    if (s.targets.contains(child)) s.found.emplace_back(s.holder, child);
    return 0;
  }

  pybind11::list objects_ = pybind11::module_::import("gc").attr("get_objects")();
};

}  // namespace ferry::objects
