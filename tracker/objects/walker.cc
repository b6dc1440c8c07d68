#include "tracker/objects/walker.h"

#include <algorithm>

namespace py = pybind11;

namespace ferry::objects {
namespace {

// No collection runs during a walk: finalizers are code of the session.
class NoCollection {
 public:
  NoCollection() : was_enabled_(PyGC_Disable()) {}
  ~NoCollection() {
    if (was_enabled_) PyGC_Enable();
  }

 private:
  int was_enabled_;
};

class FinishWalk {
 public:
  explicit FinishWalk(Walk& walk) : walk_(walk) {}
  ~FinishWalk() { walk_.Finish(); }

 private:
  Walk& walk_;
};

}  // namespace

void Walker::AddNames(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names)
    if (PyObject* value = PyDict_GetItemString(namespace_.ptr(), name.c_str())) walk_.AddName(name, value);
}

std::unique_ptr<Look> Walker::LookAt(const std::vector<std::string>& names) {
  NoCollection no_collection;
  for (int attempt = 0; attempt < 4; ++attempt) {
    FinishWalk finish(walk_);
    modules_.Refresh();
    walk_.Start();
    AddNames(names);
    std::optional<Components> found;
    if (walk_.Run()) found = MakeComponents(walk_, pids_);
    if (!found) {
      pids_.Forget();
      if (walk_.torn()) continue;
      return nullptr;
    }
    auto look = std::make_unique<Look>();
    look->components = std::move(found->list);
    for (auto [pid, object] : found->objects) look->objects[pid] = py::reinterpret_borrow<py::object>(object);
    pids_.Keep();
    adopted_.clear();
    return look;
  }
  return nullptr;
}

std::optional<std::pair<Digest, std::string>> Walker::FingerprintOf(py::handle value) {
  NoCollection no_collection;
  FinishWalk finish(walk_);
  modules_.Refresh();
  walk_.Start();
  walk_.AddName("", value.ptr());
  if (!walk_.Run()) return std::nullopt;
  Pids unused;
  std::optional<Components> found = MakeComponents(walk_, unused);
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
  modules_.Refresh();
  return modules_.Find(object.ptr());
}

void Walker::Adopt(std::int64_t pid, py::object object) {
  pids_.Adopt(pid, object.ptr());
  adopted_.push_back(std::move(object));
}

}  // namespace ferry::objects
