#include "tracker/objects/modules.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tracker/objects/layout.h"
#include "tracker/objects/origin.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// Whether a module is of the standard library or was installed: its import makes what it made.
bool IsInstalled(PyObject* dict) {
  static const std::string library =
      py::module_::import("os").attr("path").attr("dirname")(py::module_::import("os").attr("__file__")).cast<std::string>() + "/";
  PyObject* file = PyDict_GetItemString(dict, "__file__");
  const char* text = file && PyUnicode_Check(file) ? PyUnicode_AsUTF8(file) : nullptr;
  if (!text) return PyErr_Clear(), false;
  return std::strstr(text, "/site-packages/") || std::strstr(text, "/dist-packages/") || std::string(text).starts_with(library);
}

// `random = Random().random`
bool IsBoundToObject(PyObject* builtin) {
  PyObject* self = reinterpret_cast<PyCFunctionObject*>(builtin)->m_self;
  return self && !PyModule_Check(self) && !PyType_Check(self);
}

// What may be held by reference: objects with state, and those that `is` tells apart from their equals. A function is found by
// its own name, except what a decorator of a library made. Of the user's own modules, that comes with what it closes over.
bool IsCandidate(PyObject* value, bool installed) {
  PyTypeObject* type = Py_TYPE(value);
  if (type == &PyFloat_Type) return std::isnan(PyFloat_AS_DOUBLE(value));
  return !(type == &PyLong_Type || type == &PyUnicode_Type || type == &PyBytes_Type || type == &PyBool_Type ||
           type == &PyComplex_Type || value == Py_None || value == Py_Ellipsis || value == Py_NotImplemented ||
           (type == &PyFunction_Type && !(installed && IsNamedAsLocal(value))) || (type == &PyCFunction_Type && !IsBoundToObject(value)) || PyType_Check(value) || PyModule_Check(value) ||
           ((type == &PyTuple_Type || type == &PyFrozenSet_Type) && PyObject_Size(value) == 0));
}

bool IsShorter(const ModuleReference& a, const std::string& module, const char* attribute) {
  if (a.module.size() != module.size()) return a.module.size() < module.size();
  if (a.module != module) return a.module < module;
  return std::strcmp(a.attribute.c_str(), attribute) <= 0;
}

// What stands there is the session's to exchange; its own streams the engine holds elsewhere.
bool IsStreamOfSys(const std::string& module, PyObject* name) {
  if (module != "sys") return false;
  for (const char* stream : {"stdin", "stdout", "stderr"})
    if (PyUnicode_CompareWithASCIIString(name, stream) == 0) return true;
  return false;
}

bool Has(PyObject* dict, const char* name) {
  PyObject* value = PyDict_GetItemString(dict, name);
  return value && value != Py_None;
}

}  // namespace

bool IsImported(PyObject* module) {
  const char* text = PyModule_GetName(module);
  if (!text) return PyErr_Clear(), false;
  if (PyDict_GetItemString(PyImport_GetModuleDict(), text) != module) return false;
  PyObject* dict = PyModule_GetDict(module);
  if (Has(dict, "__spec__") || Has(dict, "__file__") || Has(dict, "__path__")) return true;
  const char* dot = std::strchr(text, '.');
  if (!dot) return false;
  PyObject* root = PyDict_GetItemString(PyImport_GetModuleDict(), std::string(text, dot).c_str());
  return root && PyModule_Check(root) && Has(PyModule_GetDict(root), "__spec__");
}

namespace {

// The module in sys.modules, or nullptr.
PyObject* ModuleNamed(PyObject* name) {
  PyObject* module = name && PyUnicode_CheckExact(name) ? PyDict_GetItem(PyImport_GetModuleDict(), name) : nullptr;
  return module && PyModule_Check(module) ? module : nullptr;
}

// A module may be held under another name than its own (aliases of libraries); those are the library's.
bool IsMadeByHand(PyObject* module) {
  PyObject* name = PyDict_GetItemString(PyModule_GetDict(module), "__name__");
  return ModuleNamed(name) == module && !IsImported(module) && PyUnicode_CompareWithASCIIString(name, "__main__") != 0;
}

}  // namespace

bool IsByHand(PyObject* name) {
  PyObject* module = ModuleNamed(name);
  return module && IsMadeByHand(module);
}

bool IsModuleNamespace(PyObject* dict) {
  PyObject* module = ModuleNamed(PyDict_GetItemString(dict, "__name__"));
  return module && PyModule_GetDict(module) == dict && IsImported(module);
}

bool IsFoundByImport(PyObject* function) {
  auto* f = reinterpret_cast<PyFunctionObject*>(function);
  PyObject* found = ModuleNamed(f->func_module);
  if (!found || !IsImported(found)) return false;
  const char* path = PyUnicode_AsUTF8(f->func_qualname);
  if (!path) return PyErr_Clear(), false;
  for (const char* part = path; found;) {
    const char* dot = std::strchr(part, '.');
    PyObject* dict = PyModule_Check(found) ? PyModule_GetDict(found)
                     : PyType_Check(found) ? reinterpret_cast<PyTypeObject*>(found)->tp_dict : nullptr;
    found = dict ? PyDict_GetItemString(dict, std::string(part, dot ? dot - part : std::strlen(part)).c_str()) : nullptr;
    if (!dot) break;
    part = dot + 1;
  }
  if (!found || found == function) return found == function;
  if (Py_TYPE(found) != &PyStaticMethod_Type && Py_TYPE(found) != &PyClassMethod_Type) return false;
  const auto inner = py::reinterpret_steal<py::object>(PyObject_GetAttrString(found, "__func__"));
  return inner.ptr() == function;
}

void Modules::Refresh() {
  See();
  if (behind_) Rebuild();
}

void Modules::See() {
  PyObject* modules = PyImport_GetModuleDict();
  PyObject *name, *module;
  Py_ssize_t pos = 0;
  std::size_t met = 0;
  ++round_;
  while (PyDict_Next(modules, &pos, &name, &module)) {
    if (!PyModule_Check(module) || !PyUnicode_Check(name)) continue;
    PyObject* dict = PyModule_GetDict(module);
    if (const auto known = seen_.find(module); known != seen_.end()) {
      if (std::exchange(known->second.round, round_) == round_) continue;  // it was met under another name
      ++met;
      if (known->second.dict == dict && known->second.version == VersionOf(dict)) continue;
    }
    if (dict == namespace_.ptr() || IsMadeByHand(module)) continue;
    auto [it, fresh] = seen_.try_emplace(module);
    Seen& seen = it->second;
    if (fresh) ++met;
    seen.round = round_;
    behind_ = true;
    if (fresh || seen.dict != dict) {
      const char* text = PyUnicode_AsUTF8(name);
      if (!text) PyErr_Clear();
      seen.name = text ? text : "";
      seen.dict = dict;
      Baseline(&seen);
    } else {
      Compare(&seen);
    }
    seen.version = VersionOf(dict);
  }
  if (met != seen_.size()) {  // removed from sys.modules: their memory may be gone
    behind_ = true;
    std::erase_if(seen_, [&](const auto& item) { return item.second.round != round_; });
  }
}

void Modules::Baseline(Seen* seen) {
  seen->held.clear();
  if (seen->name == "__main__" || seen->name == "__mp_main__") return;
  const bool installed = IsInstalled(seen->dict);
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(seen->dict, &pos, &name, &value)) {
    if (PyType_Check(value)) BaselineClass(reinterpret_cast<PyTypeObject*>(value));
    if (PyUnicode_Check(name) && IsCandidate(value, installed) && PyUnicode_CompareWithASCIIString(name, "__builtins__") != 0 &&
        !IsStreamOfSys(seen->name, name))
      seen->held.emplace_back(name, value);
  }
}

void Modules::BaselineClass(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return;
  auto [it, fresh] = classes_.try_emplace(type);
  if (!fresh) return;
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(type->tp_dict, &pos, &name, &value))
    if (!Py_TYPE(value)->tp_descr_get && IsCandidate(value, false)) it->second.push_back(value);
}

bool Modules::IsConstantOf(PyTypeObject* type, PyObject* object) const {
  const auto it = classes_.find(type);
  return it != classes_.end() && std::find(it->second.begin(), it->second.end(), object) != it->second.end();
}

void Modules::Compare(Seen* seen) {
  std::unordered_map<PyObject*, PyObject*> now;
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(seen->dict, &pos, &name, &value)) now.emplace(name, value);
  std::erase_if(seen->held, [&](const auto& item) {
    auto it = now.find(item.first);
    return it == now.end() || it->second != item.second;
  });
}

void Modules::Offer(PyObject* object, const std::string& module, const char* attribute) {
  auto [it, fresh] = references_.try_emplace(object);
  if (fresh || !IsShorter(it->second, module, attribute)) it->second = {module, attribute};
}

void Modules::Rebuild() {
  behind_ = false;
  references_.clear();
  for (const auto& [module, seen] : seen_) {
    Offer(seen.dict, seen.name, "__dict__");
    for (auto [name, value] : seen.held) {
      if (value == namespace_.ptr()) continue;
      if (const char* text = PyUnicode_AsUTF8(name)) Offer(value, seen.name, text);
      else PyErr_Clear();
    }
  }
}

}  // namespace ferry::objects
