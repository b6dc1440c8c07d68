// From units and what they share to components. Two steps: units that reach the same mutable object form a group, which
// is fingerprinted as one; groups form a component where one cannot be stored without the other:
//   a name and the class or function it is bound to; a class and its methods; cycles of needs; and groups that share so
//   many immutable objects that giving each an identity would cost more.
// A component's fingerprint is that of its group, or of its groups' fingerprints in sorted order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tracker/objects/walk.h"

namespace ferry::objects {

struct Component {
  std::vector<std::string> names;        // sorted
  std::vector<std::int64_t> exports;     // pids that live here
  std::vector<std::int64_t> needs;       // pids of other components, in order of first visit
  std::vector<std::uint32_t> needed;     // numbers of these components
  Digest fingerprint;
  std::string opaque;
  std::uint64_t objects = 0, bytes = 0;
  std::uint64_t unfound = 0;             // functions of libraries in it that no import finds: another is in their place now
  std::vector<std::uint32_t> mentions;   // ids in the CodeIndex, sorted; with those of needed components
  bool escaped = false, door = false;
};

// The table address -> pid. A pid belongs to an address as long as every look meets the object, and is never given twice.
class Pids {
 public:
  std::int64_t Of(PyObject* object) {
    auto [it, fresh] = now_.try_emplace(object, 0);
    if (!fresh) return it->second;
    auto before = before_.find(object);
    return it->second = before != before_.end() ? before->second : next_++;
  }
  void Adopt(std::int64_t pid, PyObject* object) {
    before_[object] = pid;
    if (pid >= next_) next_ = pid + 1;
  }
  // At the end of a look that was not stopped. After one over the whole namespace, what it did not meet loses its pid.
  void Keep(bool whole) {
    if (!whole) now_.merge(before_);
    before_ = std::move(now_);
    now_.clear();
  }
  void Forget() { now_.clear(); }
  std::int64_t next() const { return next_; }
  void set_next(std::int64_t next) { next_ = next; }

 private:
  std::unordered_map<PyObject*, std::int64_t> before_, now_;
  std::int64_t next_ = 1;
};

struct Components {
  std::vector<Component> list;                      // a component comes after those it needs
  std::vector<std::uint32_t> of_unit;               // unit -> component
  std::unordered_map<std::int64_t, PyObject*> objects;  // pid -> object; borrowed
};

// nullopt: stopped. Gives pids, but does not Keep them.
std::optional<Components> MakeComponents(Walk& walk, Pids& pids);

// Strongly connected components of a graph, each after those it has edges to.
std::vector<std::vector<std::uint32_t>> StrongComponents(const std::vector<std::vector<std::uint32_t>>& edges);

}  // namespace ferry::objects
