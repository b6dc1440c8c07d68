#include "tracker/observe/registry_watch.h"

#include <algorithm>
#include <string_view>

#include "tracker/objects/layout.h"
#include "tracker/objects/no_collection.h"
#include "tracker/observe/of_session.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

constexpr std::uint64_t kTouched = ~std::uint64_t{0};  // no container has such a tag
constexpr Py_ssize_t kShort = 8;  // items of a tuple or list that one entry may be
constexpr Py_ssize_t kMost = 1 << 14;  // items of a list or set that are looked at for whether it was touched

std::string Text(PyObject* name) {
  const char* text = PyUnicode_AsUTF8(name);
  if (!text) PyErr_Clear();
  return text ? text : "";
}

bool IsContainer(PyObject* object) { return PyDict_Check(object) || PyList_Check(object) || PySet_Check(object); }

std::uint64_t Mixed(std::uint64_t tag, const void* object) { return (tag ^ reinterpret_cast<std::uintptr_t>(object) >> 4) * 0x9e3779b97f4a7c15; }

// Another one where entries came, went or were replaced, and where those of a list, if it has no more than kMost, stand in another order.
std::uint64_t TagOf(PyObject* container) {
  if (PyDict_Check(container)) return objects::VersionOf(container);
  if (PyList_Check(container)) {
    const Py_ssize_t size = PyList_GET_SIZE(container);
    auto tag = static_cast<std::uint64_t>(size);
    for (Py_ssize_t i = 0; size <= kMost && i < size; ++i) tag = Mixed(tag, PyList_GET_ITEM(container, i));
    return tag;
  }
  const auto* set = reinterpret_cast<PySetObject*>(container);
  auto tag = static_cast<std::uint64_t>(set->used) << 32 ^ static_cast<std::uint64_t>(set->fill);
  PyObject* member;
  Py_ssize_t pos = 0;
  Py_hash_t hash;
  while (set->used <= kMost && _PySet_NextEntry(container, &pos, &member, &hash)) tag += Mixed(1, member);
  return tag;
}

const void* TableOf(PyObject* container) {
  if (PyList_Check(container)) return reinterpret_cast<PyListObject*>(container)->ob_item;
  return PySet_Check(container) ? static_cast<const void*>(reinterpret_cast<PySetObject*>(container)->table) : nullptr;
}

// Whether the class says that it is of this module: others only import it.
bool IsOf(PyTypeObject* type, PyObject* module_name) {
  PyObject* module = type->tp_dict ? PyDict_GetItemString(type->tp_dict, "__module__") : nullptr;
  return module && PyUnicode_CheckExact(module) && PyUnicode_Compare(module, module_name) == 0;
}

// By its first name or whole.
bool IsSkipped(const std::string& module, const Names& skipped) {
  return skipped.contains(module) || skipped.contains(module.substr(0, module.find('.')));
}

// The module of an object's class.
std::string HomeOf(PyTypeObject* type) {
  PyObject* module = PyDict_GetItemString(type->tp_dict, "__module__");
  return module && PyUnicode_Check(module) ? Text(module) : "";
}

}  // namespace

bool RegistryWatch::Mine(PyObject* value) const {
  if (OfSession(value, ns_.ptr())) return true;
  if (!PyTuple_CheckExact(value) && !PyList_CheckExact(value)) return false;
  for (Py_ssize_t i = 0, size = std::min(PySequence_Fast_GET_SIZE(value), kShort); i < size; ++i)
    if (OfSession(PySequence_Fast_GET_ITEM(value, i), ns_.ptr())) return true;
  return false;
}

// What of a module may be or hold a registry.
const RegistryWatch::Parts& RegistryWatch::PartsOf(PyObject* module, PyObject* name_of_module, const Names& skipped) {
  Parts& parts = parts_[module];
  PyObject* dict = PyModule_GetDict(module);
  const std::uint64_t tag = objects::VersionOf(dict);
  parts.round = round_;
  if (parts.tag == tag) return parts;
  parts = {tag, {}, {}, {}, round_};
  PyObject *name, *held;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &name, &held)) {
    if (!PyUnicode_Check(name) || IsDunder(name) || PyModule_Check(held)) continue;
    PyTypeObject* type = Py_TYPE(held);
    if (PyFunction_Check(held)) {
      if (reinterpret_cast<PyFunctionObject*>(held)->func_dict) parts.functions.emplace_back(name, held);
    } else if (IsContainer(held)) {
      parts.containers.emplace_back(name, held);
    } else if (PyType_Check(held) ? IsOf(reinterpret_cast<PyTypeObject*>(held), name_of_module)
                                  : (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && !IsMainClass(type) && !IsSkipped(HomeOf(type), skipped)) {
      parts.owners.emplace_back(name, held);
    }
  }
  return parts;
}

// The containers that a class holds, or an instance with a dict or inline values.
const RegistryWatch::Parts& RegistryWatch::AttributesOf(PyObject* owner) {
  Parts& parts = parts_[owner];
  parts.round = round_;
  PyObject* dict = PyType_Check(owner) ? reinterpret_cast<PyTypeObject*>(owner)->tp_dict : objects::InstanceDict(owner);
  const bool tagged = dict && PyDict_Check(dict);
  const std::uint64_t tag = tagged ? objects::VersionOf(dict) : 0;
  if (tag && parts.tag == tag) return parts;
  parts = {tag, {}, {}, {}, round_};
  auto see = [&](PyObject* name, PyObject* value) {
    if (PyUnicode_Check(name) && !IsDunder(name) && IsContainer(value)) parts.containers.emplace_back(name, value);
  };
  if (tagged) {
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &name, &value)) see(name, value);
  } else if (!PyType_Check(owner)) {
    std::vector<PyObject*> fields;
    objects::AppendInlineFields(owner, &fields);
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) see(fields[i], fields[i + 1]);
  }
  return parts;
}

void RegistryWatch::LookInto(PyObject* container, const Place& place, std::vector<Entry>* found) {
  const std::uint64_t tag = TagOf(container);
  const void* table = TableOf(container);
  auto [known, fresh] = states_.try_emplace(container, State{tag, table, false, 0, PyDict_Check(container) && tag > place.born ? kTouched : tag});
  State& state = known->second;
  if (state.round == round_) return;  // another place leads to it, too
  const bool touched = fresh || state.round == 0 || state.tag != tag || state.table != table || state.holding;
  state = {tag, table, false, round_, state.first};
  if (!touched) return;
  const std::size_t before = found->size();
  std::vector<std::string> path{Text(place.name)};
  if (place.attribute) path.push_back(Text(place.attribute));
  const std::string module = Text(place.module);
  auto own = [](PyObject* object) { return py::reinterpret_borrow<py::object>(object); };
  if (PyDict_Check(container)) {
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(container, &pos, &key, &value))
      if (Mine(key) || Mine(value)) found->push_back({module, path, "dict", own(key), own(value)});
  } else if (PyList_Check(container)) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(container); ++i)
      if (PyObject* item = PyList_GET_ITEM(container, i); Mine(item)) found->push_back({module, path, "list", py::int_(i), own(item)});
  } else {
    PyObject* member;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    while (_PySet_NextEntry(container, &pos, &member, &hash))
      if (Mine(member)) found->push_back({module, path, "set", py::none(), own(member)});
  }
  state.holding = found->size() > before;
}

// A function of functools.singledispatch shows its registry, which only it can change.
void RegistryWatch::LookThrough(PyObject* function, const Place& place, std::vector<Entry>* found) {
  PyObject* dict = reinterpret_cast<PyFunctionObject*>(function)->func_dict;
  if (!dict || !PyDict_CheckExact(dict) || OfSession(function, ns_.ptr())) return;
  PyObject* registry = PyDict_GetItemString(dict, "registry");
  if (!registry || Py_TYPE(registry) != &PyDictProxy_Type || !PyDict_GetItemString(dict, "dispatch")) return;
  for (py::handle item : py::list(py::reinterpret_borrow<py::object>(registry).attr("items")())) {
    const py::tuple pair = py::reinterpret_borrow<py::tuple>(item);
    if (Mine(pair[0].ptr()) || Mine(pair[1].ptr())) found->push_back({Text(place.module), {Text(place.name)}, "dispatch", pair[0], pair[1]});
  }
}

bool RegistryWatch::Touched(PyObject* container) const {
  const auto known = states_.find(container);
  return known != states_.end() && known->second.first != TagOf(container);
}

void RegistryWatch::See(const py::list& modules, const Names& skipped) {
  const std::uint64_t now = objects::VersionOf(py::dict().ptr());
  objects::NoCollection no_collection;  // as in Look
  auto meet = [&](PyObject* container) {
    if (!PyDict_Check(container)) states_.try_emplace(container, State{TagOf(container), TableOf(container), false, 0, TagOf(container)});
  };
  for (py::handle name : modules) {
    PyObject* module = PyDict_GetItem(PyImport_GetModuleDict(), name.ptr());
    if (!module) continue;
    born_[module] = now;
    if (!PyModule_Check(module) || IsSkipped(Text(name.ptr()), skipped)) continue;
    const Parts& parts = PartsOf(module, name.ptr(), skipped);
    for (auto [_, held] : parts.containers) meet(held);
    for (auto [_, held] : parts.owners)
      for (auto [attribute, part] : AttributesOf(held).containers) meet(part);
  }
}

std::vector<RegistryWatch::Entry> RegistryWatch::Look(const Names& skipped) {
  std::vector<Entry> found;
  ++round_;
  objects::NoCollection no_collection;  // a finalizer that changes a module would take away what is borrowed here
  const py::dict modules = py::module_::import("sys").attr("modules");
  for (py::handle item : py::list(modules.attr("items")())) {
    const py::tuple pair = py::reinterpret_borrow<py::tuple>(item);
    PyObject *key = pair[0].ptr(), *value = pair[1].ptr();
    if (!PyUnicode_Check(key) || !PyModule_Check(value)) continue;
    if (IsSkipped(Text(key), skipped)) continue;
    const Parts& parts = PartsOf(value, key, skipped);  // stays where it is while others come
    const auto known = born_.find(value);
    const std::uint64_t born = known == born_.end() ? kTouched : known->second;
    for (auto [name, held] : parts.functions) LookThrough(held, {key, name, nullptr, born}, &found);
    for (auto [name, held] : parts.containers) LookInto(held, {key, name, nullptr, born}, &found);
    for (auto [name, held] : parts.owners)
      for (auto [attribute, part] : AttributesOf(held).containers) LookInto(part, {key, name, attribute, born}, &found);
  }
  std::erase_if(states_, [&](const auto& entry) { return entry.second.round != round_; });
  std::erase_if(parts_, [&](const auto& entry) { return entry.second.round != round_; });
  return found;
}

}  // namespace ferry::observe
