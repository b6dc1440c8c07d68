#include "tracker/objects/walker.h"

#include <algorithm>

#include "tracker/objects/escape.h"
#include "tracker/objects/no_collection.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

constexpr int kAttempts = 4;  // where other threads run in between

// The turns that threads ask for get long while it lives: those that compute all the time would get in between of any look.
// Where library code waits for something of theirs, a look takes a turn longer.
class LongTurns {
 public:
  LongTurns() { _PyEval_SetSwitchInterval(kMicroseconds); }
  ~LongTurns() { _PyEval_SetSwitchInterval(before_); }

 private:
  static constexpr unsigned long kMicroseconds = 200'000;
  unsigned long before_ = _PyEval_GetSwitchInterval();
};

class FinishWalk {
 public:
  explicit FinishWalk(Walk& walk) : walk_(walk) {}
  ~FinishWalk() { walk_.Finish(); }

 private:
  Walk& walk_;
};

}  // namespace

bool Walker::WalkNames(const std::vector<std::string>& names, const std::set<std::string>& untouched, const Buffers* before) {
  modules_.Refresh();
  walk_.Start();
  if (before) walk_.Believe(*before);
  for (const std::string& name : std::set<std::string>(names.begin(), names.end()))
    if (PyObject* value = PyDict_GetItemString(namespace_.ptr(), name.c_str())) walk_.AddName(name, value, untouched.contains(name));
  return walk_.Run();
}

bool Walker::IsWhole(const std::set<std::string>& names) {
  return !known_names_.empty() && std::all_of(known_names_.begin(), known_names_.end(), [&](const std::string& name) {
    return names.contains(name) || !PyDict_GetItemString(namespace_.ptr(), name.c_str());
  });
}

std::unique_ptr<Look> Walker::LookAt(const std::vector<std::string>& names, const std::set<std::string>& untouched,
                                     const Buffers* before) {
  NoCollection no_collection;
  std::optional<LongTurns> turns;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0 && !turns) turns.emplace();
    FinishWalk finish(walk_);
    std::optional<Components> found;
    std::optional<std::vector<Escape>> escapes;
    if (WalkNames(names, untouched, before)) found = MakeComponents(walk_, pids_);
    if (found) escapes = FindEscapes(walk_, namespace_);
    if (!escapes) {
      pids_.Forget();
      if (walk_.torn()) continue;
      return nullptr;
    }
    for (const Escape& e : *escapes) found->list[found->of_unit[e.unit]].escaped = true;
    auto look = std::make_unique<Look>();
    look->components = std::move(found->list);
    look->buffers = std::make_shared<const Buffers>(walk_.TakeBuffers());
    for (auto [pid, object] : found->objects) look->objects[pid] = py::reinterpret_borrow<py::object>(object);
    std::set<std::string> seen(names.begin(), names.end());
    bool whole = IsWhole(seen);
    pids_.Keep(whole);
    if (whole) {
      adopted_.clear();
      known_names_.clear();
    }
    known_names_.merge(seen);
    return look;
  }
  return nullptr;
}

std::optional<std::vector<std::vector<std::string>>> Walker::Holders(const std::vector<std::vector<std::string>>& components, bool waiting) {
  std::unordered_map<std::string, std::size_t> asked;
  for (std::size_t i = 0; i < components.size(); ++i)
    for (const std::string& name : components[i]) asked.emplace(name, i);
  NoCollection no_collection;
  std::optional<LongTurns> turns;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0 && !turns) turns.emplace();
    FinishWalk finish(walk_);
    std::optional<Components> found;
    Pids unused;
    modules_.Refresh();
    walk_.Start();
    for (const std::string& each : known_names_)
      if (PyObject* value = PyDict_GetItemString(namespace_.ptr(), each.c_str()))
        walk_.units()[walk_.AddName(each, value)].listed = asked.contains(each);
    if (walk_.Run()) found = MakeComponents(walk_, unused);
    Objects behind;
    auto escapes = found ? FindEscapes(walk_, namespace_, &behind) : std::nullopt;
    if (!escapes) {
      if (walk_.torn()) continue;
      return std::nullopt;
    }
    Held held;
    for (const Escape& e : *escapes)
      for (const std::string& name : found->list[found->of_unit[e.unit]].names)
        if (const auto it = asked.find(name); it != asked.end()) held.emplace(e.object, it->second);
    return HoldersOf(walk_, modules_, namespace_, held, components.size(), behind, waiting);
  }
  return std::nullopt;
}

std::optional<std::pair<Digest, std::string>> Walker::FingerprintOf(py::handle value) {
  NoCollection no_collection;
  std::optional<Components> found;
  std::optional<LongTurns> turns;
  for (int attempt = 0; attempt < kAttempts && !found; ++attempt) {
    if (attempt > 0 && !turns) turns.emplace();
    FinishWalk finish(walk_);
    modules_.Refresh();
    walk_.Start();
    walk_.AddName("", value.ptr());
    Pids unused;
    if (walk_.Run()) found = MakeComponents(walk_, unused);
    if (!found && !walk_.torn()) return std::nullopt;
  }
  if (!found) return std::nullopt;
  std::vector<Digest> digests;
  std::string opaque;
  for (const Component& c : found->list) {
    digests.push_back(c.fingerprint);
    if (opaque.empty()) opaque = c.opaque;
  }
  std::sort(digests.begin(), digests.end());
  Encoder e;
  for (const Digest& d : digests) e.Put(Tag::kRoot, d);
  return std::pair(e.Finish(), opaque);
}

const ModuleReference* Walker::ModuleReferenceOf(py::handle object) {
  if (!modules_.current()) modules_.Refresh();
  return modules_.Find(object.ptr());
}

void Walker::Adopt(std::int64_t pid, py::object object) {
  pids_.Adopt(pid, object.ptr());
  adopted_.push_back(std::move(object));
}

}  // namespace ferry::objects
