// Which components are held from outside the namespace: a thread, a logger, a callback in C. The look has counted the
// references it followed; an object with more than that has a holder it did not see, and whatever that holder runs can
// change the object without any cell naming it. Foreign weak references count too.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/objects/heap.h"
#include "tracker/objects/walk.h"

namespace ferry::objects {

struct Escape {
  PyObject* object;  // borrowed
  std::uint32_t unit;
};

// After walk.Run(), before its Finish. `ns` is the namespace whose values were walked. nullopt: stopped.
// `behind` gets what was found behind objects that were walked by their reductions.
std::optional<std::vector<Escape>> FindEscapes(Walk& walk, pybind11::handle ns, Objects* behind = nullptr);

// In words and each once, who holds objects of each of some components, was not met by the walk (which is to list the units of
// `held`) and is not `behind`. `held`: object -> its component, of `components`. What a class has since its import begins with
// "class ": a constant of the library, unless the very cell that imported it put it there. Costs two passes over all objects of
// the collector, however many are held. Not `waiting`: what waits for the collector is no holder; costs more passes. nullopt: stopped.
using Held = std::unordered_map<PyObject*, std::size_t>;
std::optional<std::vector<std::vector<std::string>>> HoldersOf(Walk& walk, const Modules& modules, pybind11::handle ns, const Held& held,
                                                               std::size_t components, const Objects& behind, bool waiting);

}  // namespace ferry::objects
