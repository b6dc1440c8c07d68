// The ways from some objects to others, as the collector sees references: for values that are to be found again from a
// variable that also leads to them (serializer/capsule/shared.py). Runs no code of the user's. Main thread, GIL held.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <optional>
#include <unordered_set>
#include <vector>

namespace ferry::objects {

// What a search goes past, and how far it goes.
struct Bounds {
  std::unordered_set<PyObject*> apart;     // not entered, nor are modules and classes
  PyObject* globals = nullptr;             // functions of these globals, or of a dict that was met, lead to what they close over and hold, others nowhere
  std::vector<PyTypeObject*> untracked;    // kinds that are met though the collector does not track them
  std::size_t most = 0;                    // objects that are looked at
};

// The objects on the way, the root first and the one that was looked for last.
using Path = std::vector<pybind11::object>;

// A shortest path to each of `wanted` that the roots lead to, in the order in which a breadth-first search meets them; none to the roots
// themselves. nullopt: stopped (util/stop.h). Cost: about 50 ns a reference.
std::optional<std::vector<Path>> PathsTo(const std::unordered_set<PyObject*>& wanted, const std::vector<PyObject*>& roots,
                                         const Bounds& bounds);

}  // namespace ferry::objects
