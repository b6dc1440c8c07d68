#include "tracker/observe/bindings.h"

#include <algorithm>
#include <unordered_map>

namespace py = pybind11;

namespace ferry::observe {
namespace {

std::string_view Text(PyObject* key) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(key, &size);
  if (!bytes) PyErr_Clear();
  return bytes ? std::string_view{bytes, static_cast<std::size_t>(size)} : std::string_view{};
}

bool Numbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool Hidden(std::string_view name) {
  static const NameSet& hidden = *new NameSet{
      "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__annotations__", "__builtins__", "__builtin__",
      "__file__", "__cached__", "__warningregistry__", "__session__", "In", "Out", "get_ipython", "_", "__", "___", "_i",
      "_ii", "_iii", "_ih", "_oh", "_dh", "_sh", "_exit_code"};
  return hidden.contains(name) || Numbered(name, "_i") || Numbered(name, "_");
}

// exit, quit and open are names that users take for their own: they hide only while IPython's objects stand there.
bool IsShellsOwn(PyObject* value) {
  PyObject* module = nullptr;
  if (PyFunction_Check(value)) {
    module = reinterpret_cast<PyFunctionObject*>(value)->func_module;
  } else if (PyCFunction_CheckExact(value)) {
    module = reinterpret_cast<PyCFunctionObject*>(value)->m_module;
  } else if (PyTypeObject* type = Py_TYPE(value); type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
    module = PyDict_GetItemString(type->tp_dict, "__module__");
  }
  if (!module || !PyUnicode_CheckExact(module)) return false;
  const std::string_view name = Text(module);
  return name.starts_with("IPython.") || name.starts_with("ipykernel.") || name.starts_with("kernelferry.") ||
         name == "_sitebuiltins" || name == "io" || name == "_io" || name == "builtins";
}

}  // namespace

bool IsUserName(std::string_view name, PyObject* value) {
  if (name.empty()) return false;
  if (value && (name == "exit" || name == "quit" || name == "open")) return !IsShellsOwn(value);
  return (name[0] != '_' && name[0] != 'I' && name[0] != 'O' && name[0] != 'g') || !Hidden(name);
}

std::vector<std::string> UserNames(PyObject* ns) {
  std::vector<std::string> names;
  Py_ssize_t position = 0;
  PyObject *key, *value;
  while (PyDict_Next(ns, &position, &key, &value)) {
    if (PyUnicode_CheckExact(key) && IsUserName(Text(key), value)) names.emplace_back(Text(key));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Bindings::Entry Bindings::Make(PyObject* key, PyObject* value) const {
  const bool user = PyUnicode_CheckExact(key) && IsUserName(Text(key), value);
  return {py::reinterpret_borrow<py::object>(key), value, user};
}

BindingChange Bindings::Refresh() {
  BindingChange change;
  auto* dict = reinterpret_cast<PyDictObject*>(ns_.ptr());
  if (dict->ma_version_tag == version_) return change;
  version_ = dict->ma_version_tag;

  // Names keep their order as long as none is deleted, so old and new are compared place by place up to the first that
  // differs; what stands behind it is matched by key.
  Py_ssize_t position = 0;
  PyObject *key, *value;
  std::size_t at = 0;
  bool more = PyDict_Next(ns_.ptr(), &position, &key, &value);
  for (; more && at < entries_.size() && entries_[at].key.ptr() == key; ++at) {
    Entry& entry = entries_[at];
    if (entry.value != value) {
      entry = Make(key, value);
      if (entry.user) change.bound.emplace(Text(key));
    }
    more = PyDict_Next(ns_.ptr(), &position, &key, &value);
  }
  std::unordered_map<std::string_view, const void*> before;
  std::vector<Entry> moved(std::make_move_iterator(entries_.begin() + at), std::make_move_iterator(entries_.end()));
  entries_.resize(at);
  for (const Entry& entry : moved) {
    if (entry.user) before.emplace(Text(entry.key.ptr()), entry.value);
  }
  for (; more; more = PyDict_Next(ns_.ptr(), &position, &key, &value)) {
    entries_.push_back(Make(key, value));
    if (!entries_.back().user) continue;
    const auto old = before.find(Text(key));
    if (old == before.end() || old->second != value) change.bound.emplace(Text(key));
    if (old != before.end()) before.erase(old);
  }
  for (const auto& [name, address] : before) change.gone.emplace(name);
  return change;
}

std::vector<std::pair<std::string_view, const void*>> Bindings::CodeUnits() const {
  std::vector<std::pair<std::string_view, const void*>> units;
  Py_ssize_t position = 0;
  PyObject *key, *value;
  while (PyDict_Next(ns_.ptr(), &position, &key, &value)) {
    if (!PyUnicode_CheckExact(key) || !(PyFunction_Check(value) || PyType_Check(value))) continue;
    if (IsUserName(Text(key), value)) units.emplace_back(Text(key), value);
  }
  return units;
}

PyObject* Bindings::Value(std::string_view name) const {
  const auto key = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), nullptr));
  if (!key) {
    PyErr_Clear();
    return nullptr;
  }
  PyObject* value = PyDict_GetItemWithError(ns_.ptr(), key.ptr());
  if (!value) PyErr_Clear();
  return value && IsUserName(name, value) ? value : nullptr;
}

}  // namespace ferry::observe
