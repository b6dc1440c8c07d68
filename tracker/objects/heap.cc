#include "tracker/objects/heap.h"

#include <unordered_map>

namespace ferry::objects {
namespace {

constexpr int kMostSteps = 16;
constexpr std::size_t kMostObjects = 4096;

// Adds to `reached` what its members hold of a group, and so on.
void Spread(Objects& reached, const std::vector<Heap::Reference>& inside) {
  std::unordered_map<PyObject*, std::vector<PyObject*>> held;
  for (auto [holder, target] : inside) held[holder].push_back(target);
  std::vector<PyObject*> left(reached.begin(), reached.end());
  while (!left.empty()) {
    PyObject* holder = left.back();
    left.pop_back();
    for (PyObject* target : held[holder])
      if (reached.insert(target).second) left.push_back(target);
  }
}

}  // namespace

// Goes back from holder to holder. As the collector does, but from where it is asked: what has more references than the group
// accounts for is held by somebody who needs no holder, by C, or by a running function.
std::optional<Objects> Heap::Unreached(Objects asked, const std::function<bool(PyObject*)>& is_root, Walk& walk) const {
  Objects group = asked, next = asked, reached;
  std::vector<Reference> inside;
  for (int step = 0; !next.empty(); ++step) {
    if (step == kMostSteps || group.size() > kMostObjects) return Objects();
    const auto references = ReferencesTo(next, walk);
    if (!references) return std::nullopt;
    next.clear();
    for (const Reference& reference : *references) {
      if (is_root(reference.first)) {
        reached.insert(reference.second);
        continue;
      }
      inside.push_back(reference);
      if (group.insert(reference.first).second) next.insert(reference.first);
    }
  }
  std::unordered_map<PyObject*, Py_ssize_t> counted;
  for (auto [holder, target] : inside) ++counted[target];
  constexpr Py_ssize_t kOwn = 1;  // that of objects_
  for (PyObject* object : group)
    if (Py_REFCNT(object) > counted[object] + kOwn) reached.insert(object);
  Spread(reached, inside);
  std::erase_if(asked, [&](PyObject* object) { return reached.contains(object); });
  return asked;
}

}  // namespace ferry::objects
