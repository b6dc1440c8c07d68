#include "tracker/objects/escape.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "tracker/objects/heap.h"
#include "tracker/objects/layout.h"
#include "tracker/objects/origin.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// References that belong to the session though no unit's walk follows them.
class Accountant {
 public:
  Accountant(Walk& walk, py::handle ns, Objects* behind) : walk_(walk), namespace_(ns), behind_(behind) {}

  // Names that were not walked (`_`, `_3`, `Out`), and what the shell keeps of the last results.
  void CountNamespace() {
    for (const Unit& unit : walk_.units())
      if (!unit.code) walked_names_.insert(unit.name);
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(namespace_.ptr(), &pos, &name, &value)) {
      const char* text = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : nullptr;
      if (!text) PyErr_Clear();
      if (!text || !walked_names_.contains(text)) Count(value);
    }
    if (PyObject* out = PyDict_GetItemString(namespace_.ptr(), "_oh"); out && PyDict_Check(out)) CountValues(out);
    if (PyObject* get = PyDict_GetItemString(namespace_.ptr(), "get_ipython"); get && PyMethod_Check(get)) {
      PyObject* shell = InstanceDict(PyMethod_GET_SELF(get));
      CountValues(FieldsOf(shell, "displayhook"));
      CountValues(FieldsOf(shell, "last_execution_result"));
    }
  }

  // What was walked by its reduction really holds its state elsewhere: follow tp_traverse from it, through objects of
  // the library that no unit's walk met. False: stopped.
  bool CountBehindReductions() {
    for (const auto& [object, parts] : walk_.reductions().all()) stack_.push_back(object);
    for (PyObject* value : walk_.cached())
      if (value) Reach(value);
    while (!stack_.empty()) {
      if (walk_.Stop()) return false;
      PyObject* object = stack_.back();
      stack_.pop_back();
      if (behind_) behind_->insert(object);
      if (traverseproc traverse = Py_TYPE(object)->tp_traverse) traverse(object, &Follow, this);
    }
    return true;
  }

 private:
  static int Follow(PyObject* child, void* self) {
    static_cast<Accountant*>(self)->Reach(child);
    return 0;
  }

  void Reach(PyObject* child) {
    if (IsPlain(child) || walk_.IsLeaf(child)) return;
    Entry* e = walk_.table().Find(child);
    if (e && !(e->flags & Entry::kShadow)) {
      ++e->edges;
      return;
    }
    if (e) return;
    if (Py_REFCNT(child) > 1 || PyWeakref_Check(child)) walk_.table().Insert(child).first->flags = Entry::kShadow;
    stack_.push_back(child);
  }

  void Count(PyObject* object) {
    if (Entry* e = walk_.table().Find(object)) ++e->edges;
  }
  void CountValues(PyObject* dict) {
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (dict && PyDict_Next(dict, &pos, &name, &value)) Count(value);
  }
  static PyObject* FieldsOf(PyObject* dict, const char* name) {
    PyObject* object = dict ? PyDict_GetItemString(dict, name) : nullptr;
    return object ? InstanceDict(object) : nullptr;
  }

  Walk& walk_;
  py::handle namespace_;
  Objects* behind_;
  std::unordered_set<std::string> walked_names_;
  std::vector<PyObject*> stack_;
};

bool HasForeignWeakReference(Walk& walk, PyObject* object) {
  auto* reference = *reinterpret_cast<PyWeakReference**>(reinterpret_cast<char*>(object) + Py_TYPE(object)->tp_weaklistoffset);
  for (; reference; reference = reference->wr_next)
    if (!walk.table().Find(reinterpret_cast<PyObject*>(reference))) return true;
  return false;
}

}  // namespace

std::optional<std::vector<Escape>> FindEscapes(Walk& walk, py::handle ns, Objects* behind) {
  Accountant accountant(walk, ns, behind);
  accountant.CountNamespace();
  if (!accountant.CountBehindReductions()) return std::nullopt;
  std::vector<Escape> result;
  bool all = walk.table().Each([&](const Entry& e) {
    // Of code, only functions: a class is also held by its own descriptors and by its bases.
    bool function = (e.flags & Entry::kCodeUnit) && PyFunction_Check(e.object);
    bool counted = function || ((e.flags & Entry::kMutable) && !(e.flags & (Entry::kReference | Entry::kShadow | Entry::kCodeUnit)));
    if (counted && Py_REFCNT(e.object) > Py_ssize_t{e.edges}) result.push_back({e.object, e.unit});
    return !walk.Stop();
  });
  if (!all) return std::nullopt;
  for (auto [object, unit] : walk.weakly_held())
    if (HasForeignWeakReference(walk, object)) result.push_back({object, unit});
  return result;
}

namespace {

// The `object()` that all caches of functools share, and with them a connection of sqlite3: it is nobody's.
bool IsMarkOfCaches(PyObject* holder, PyObject* object) {
  return Py_TYPE(object) == &PyBaseObject_Type && TypeLabel(Py_TYPE(holder)) == "functools._lru_cache_wrapper";
}

// The key of an object in a dict, as the end of a place; "" where its key is no string.
std::string KeyOf(PyObject* dict, PyObject* object) {
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &name, &value))
    if (value == object && PyUnicode_Check(name)) return "." + py::str(py::handle(name)).cast<std::string>();
  return "";
}

// Likewise of an instance whose fields lie in no dict yet.
std::string InlineKeyOf(PyObject* instance, PyObject* object) {
  std::vector<PyObject*> fields;
  AppendInlineFields(instance, &fields);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    if (fields[i + 1] == object) return "." + py::str(py::handle(fields[i])).cast<std::string>();
  return "";
}

}  // namespace

std::optional<std::vector<std::vector<std::string>>> HoldersOf(Walk& walk, const Modules& modules, py::handle ns, const Held& held,
                                                               std::size_t components, const Objects& behind, bool waiting) {
  std::vector<std::vector<std::string>> result(components);
  auto add = [&](PyObject* object, const std::string& words) {
    auto& of = result[held.at(object)];
    if (std::find(of.begin(), of.end(), words) == of.end()) of.push_back(words);
  };
  auto is_met = [&](PyObject* object) { return walk.table().Find(object) || behind.contains(object); };
  auto is_root = [&](PyObject* object) {
    return object == ns.ptr() || PyModule_Check(object) || PyType_Check(object) || PyFrame_Check(object) || modules.Find(object) || is_met(object);
  };
  const Heap heap;
  const auto references = heap.ReferencesTo(held, walk);
  if (!references) return std::nullopt;
  std::unordered_map<PyObject*, std::vector<PyObject*>> dicts;  // whose owners are to be found -> what they hold
  // What a registry of a module holds (rcParams) is named after that alone: it is the library's to hand on.
  Objects registered;
  Objects unknown;
  for (auto [holder, object] : *references) {
    if (const ModuleReference* place = modules.Find(holder); place && place->attribute != "__dict__") registered.insert(object);
    if (!is_root(holder)) unknown.insert(holder);
  }
  const auto unreached = waiting ? Objects() : heap.Unreached(std::move(unknown), is_root, walk);
  if (!unreached) return std::nullopt;
  for (auto [holder, object] : *references) {
    const ModuleReference* place = modules.Find(holder);
    if ((!place && registered.contains(object)) || IsMarkOfCaches(holder, object)) continue;
    bool outside = PyFrame_Check(holder) || place || !is_met(holder);
    if (!outside || holder == ns.ptr() || unreached->contains(holder)) continue;
    if (PyFrame_Check(holder)) add(object, "a running function");
    else if (place && place->attribute != "__dict__") add(object, place->module + "." + place->attribute);
    else if (place) add(object, place->module + (PyDict_Check(holder) ? KeyOf(holder, object) : ""));
    else if (!PyDict_Check(holder)) add(object, TypeLabel(Py_TYPE(holder)) + InlineKeyOf(holder, object));
    else dicts[holder].push_back(object);
  }
  if (dicts.empty()) return result;
  const auto owners = heap.ReferencesTo(dicts, walk);
  if (!owners) return std::nullopt;
  Objects unowned;
  for (const auto& [dict, objects] : dicts) unowned.insert(dict);
  for (auto [owner, dict] : *owners) {
    auto* type = reinterpret_cast<PyTypeObject*>(owner);
    const bool of_class = PyType_Check(owner) && type->tp_dict == dict;
    if (!(of_class || InstanceDict(owner) == dict) || !unowned.erase(dict)) continue;
    if (is_met(owner)) continue;  // though its dict was not
    for (PyObject* object : dicts[dict])
      add(object, (of_class && modules.IsConstantOf(type, object) ? "class " : "") + TypeLabel(of_class ? type : Py_TYPE(owner)) + KeyOf(dict, object));
  }
  for (PyObject* dict : unowned)
    for (PyObject* object : dicts[dict]) add(object, "a dict");
  return result;
}

}  // namespace ferry::objects
