#include "tracker/objects/origin.h"

#include <cstring>

#include "tracker/objects/modules.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

bool SameText(PyObject* text, const char* other) {
  return text && PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, other) == 0;
}

bool IsLocalName(PyObject* qualname) {
  const char* text = qualname && PyUnicode_Check(qualname) ? PyUnicode_AsUTF8(qualname) : nullptr;
  if (!text) PyErr_Clear();
  return text && (std::strstr(text, "<locals>") || std::strstr(text, "<lambda>"));
}

// Whether the module that a class says it is of does not exist, or has no such class: library code made it for somebody else
// (dataclasses.make_dataclass, types.new_class, a metaclass that was called), or the module was loaded anew.
bool IsOnlyNamedAfter(PyObject* name, PyTypeObject* type) {
  PyObject* modules = PyImport_GetModuleDict();
  PyObject* module = name && PyUnicode_CheckExact(name) ? PyDict_GetItem(modules, name) : nullptr;
  if (!module && name && PyUnicode_CheckExact(name)) {  // a cell that set `__name__`; packages may import what they hold only when asked
    const std::string whole = py::str(py::handle(name));
    return !PyDict_GetItemString(modules, whole.substr(0, whole.find('.')).c_str());
  }
  if (!module || !PyModule_Check(module)) return false;
  PyObject* dict = PyModule_GetDict(module);
  if (PyDict_GetItemString(dict, "__getattr__")) return false;
  const py::str qualname(py::handle(reinterpret_cast<PyHeapTypeObject*>(type)->ht_qualname));
  if (std::string(qualname).find('.') != std::string::npos) return false;  // inside a class of the library
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &key, &value))
    if (value == reinterpret_cast<PyObject*>(type)) return false;
  return true;
}

}  // namespace

std::string TypeLabel(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
    std::string name = type->tp_name;
    return name.find('.') == std::string::npos ? "builtins." + name : name;
  }
  PyObject* module = type->tp_dict ? PyDict_GetItemString(type->tp_dict, "__module__") : nullptr;
  PyObject* qualname = reinterpret_cast<PyHeapTypeObject*>(type)->ht_qualname;
  std::string label;
  for (PyObject* part : {module, qualname}) {
    const char* text = part && PyUnicode_Check(part) ? PyUnicode_AsUTF8(part) : nullptr;
    if (!text) PyErr_Clear();
    label += (label.empty() ? "" : ".") + std::string(text ? text : "?");
  }
  return label;
}

bool IsSessionClass(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || !type->tp_dict) return false;
  PyObject* module = PyDict_GetItemString(type->tp_dict, "__module__");
  if (SameText(module, "__main__")) return true;
  auto* heap = reinterpret_cast<PyHeapTypeObject*>(type);
  if (!heap->ht_cached_keys && !heap->ht_slots) return false;
  if (IsLocalName(heap->ht_qualname)) return true;
  // Modules that a library makes by hand hold types of C (Cython).
  static const destructor of_python = reinterpret_cast<PyTypeObject*>(py::module_::import("abc").attr("ABC").ptr())->tp_dealloc;
  if (type->tp_dealloc != of_python) return false;
  if (IsByHand(module)) return true;
  // Code that exec() ran in a dict without a name.
  if (SameText(module, "builtins")) return PyDict_GetItem(PyEval_GetBuiltins(), heap->ht_name) != reinterpret_cast<PyObject*>(type);
  return IsOnlyNamedAfter(module, type);
}

bool IsFoundByName(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || !type->tp_dict) return true;
  PyObject* name = PyDict_GetItemString(type->tp_dict, "__module__");
  PyObject* module = name && PyUnicode_CheckExact(name) ? PyDict_GetItem(PyImport_GetModuleDict(), name) : nullptr;
  if (!module || !PyModule_Check(module)) return false;
  return PyDict_GetItem(PyModule_GetDict(module), reinterpret_cast<PyHeapTypeObject*>(type)->ht_name) == reinterpret_cast<PyObject*>(type);
}

bool IsSessionFunction(PyObject* function, py::handle ns) {
  auto* f = reinterpret_cast<PyFunctionObject*>(function);
  return f->func_globals == ns.ptr() || SameText(f->func_module, "__main__");
}

bool IsNamedAsLocal(PyObject* function) { return IsLocalName(reinterpret_cast<PyFunctionObject*>(function)->func_qualname); }

bool IsLocalFunction(PyObject* function) {
  if (IsNamedAsLocal(function)) return true;
  auto* f = reinterpret_cast<PyFunctionObject*>(function);
  return IsLocalName(reinterpret_cast<PyCodeObject*>(f->func_code)->co_qualname) && !IsFoundByImport(function);
}

}  // namespace ferry::objects
