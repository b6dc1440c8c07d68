// Looks at a namespace: one walk over the values of the user's names at a cell boundary. Main thread, GIL held.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/objects/components.h"

namespace ferry::objects {

// What a look found. It keeps the objects of its pids alive, and nothing else.
struct Look {
  std::vector<Component> components;  // each after those it needs
  std::unordered_map<std::int64_t, pybind11::object> objects;  // pid -> object
  std::shared_ptr<const Buffers> buffers;
};

class Walker {
 public:
  explicit Walker(pybind11::dict ns)
      : namespace_(std::move(ns)), types_(namespace_), modules_(namespace_), walk_(namespace_, types_, modules_, codes_) {}

  // The components of these names; names that are not bound are left out. nullptr: stopped (util/stop.h), or other
  // threads kept running in between. Large buffers of `untouched` names are taken to be as in `before` (may be null): no
  // code that can reach them may have run since that look, which must have been of the same names' values.
  std::unique_ptr<Look> LookAt(const std::vector<std::string>& names, const std::set<std::string>& untouched = {},
                               const Buffers* before = nullptr);

  // Fingerprint of one value with all the code it needs, and why it is opaque ("" if it is not). nullopt: as
  // LookAt.
  std::optional<std::pair<Digest, std::string>> FingerprintOf(pybind11::handle value);

  // What modules that have come hold counts as theirs from now on, not as the session's. Runs no code.
  void SeeModules() { modules_.See(); }
  // The module and attribute that an imported module held `object` at by the newest look.
  const ModuleReference* ModuleReferenceOf(pybind11::handle object);

  // Who else holds the escaped objects of each of these components, given by their names; one phrase each (escape.h). Walks all
  // names of the last looks again; nullopt: stopped.
  std::optional<std::vector<std::vector<std::string>>> Holders(const std::vector<std::vector<std::string>>& components, bool waiting);

  Pids& pids() { return pids_; }
  // A decoded object keeps the pid its blob gave it. Held until the next look has met it.
  void Adopt(std::int64_t pid, pybind11::object object);
  const std::string& name(std::uint32_t mention) const { return codes_.name(mention); }

 private:
  bool WalkNames(const std::vector<std::string>& names, const std::set<std::string>& untouched = {}, const Buffers* before = nullptr);
  // Whether a look at `names` leaves out no name that earlier looks had and that is still bound.
  bool IsWhole(const std::set<std::string>& names);

  pybind11::dict namespace_;
  Types types_;
  Modules modules_;
  CodeIndex codes_;
  Walk walk_;
  Pids pids_;
  std::vector<pybind11::object> adopted_;  // since the last look at the whole namespace
  std::set<std::string> known_names_;      // of looks since then
};

}  // namespace ferry::objects
