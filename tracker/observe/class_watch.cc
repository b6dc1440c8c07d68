#include "tracker/observe/class_watch.h"

#include <string_view>

namespace py = pybind11;

namespace ferry::observe {
namespace {

bool IsSessionClass(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return false;
  PyObject* module = PyDict_GetItemString(type->tp_dict, "__module__");
  return module && PyUnicode_CheckExact(module) && PyUnicode_CompareWithASCIIString(module, "__main__") == 0;
}

// Classes below `object`, each once.
std::vector<py::object> AllClasses() {
  std::vector<py::object> found;
  std::unordered_set<PyObject*> seen;
  std::vector<py::object> todo{py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyBaseObject_Type))};
  const py::object subclasses = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyType_Type)).attr("__subclasses__");
  while (!todo.empty()) {
    py::object cls = std::move(todo.back());
    todo.pop_back();
    if (!seen.insert(cls.ptr()).second) continue;
    if (reinterpret_cast<PyTypeObject*>(cls.ptr())->tp_subclasses) {
      for (py::handle sub : py::list(subclasses(cls))) todo.push_back(py::reinterpret_borrow<py::object>(sub));
    }
    found.push_back(std::move(cls));
  }
  return found;
}

py::object Attribute(PyObject* object, const char* name) {
  auto value = py::reinterpret_steal<py::object>(PyObject_GetAttrString(object, name));
  if (!value) PyErr_Clear();
  return value ? value : py::none();
}

}  // namespace

bool ClassWatch::OfSession(PyObject* value) const {
  if (PyFunction_Check(value)) return reinterpret_cast<PyFunctionObject*>(value)->func_globals == ns_.ptr();
  if (PyType_Check(value)) return IsSessionClass(reinterpret_cast<PyTypeObject*>(value));
  PyTypeObject* type = Py_TYPE(value);
  if (type == &PyStaticMethod_Type || type == &PyClassMethod_Type) return OfSession(Attribute(value, "__func__").ptr());
  if (type == &PyProperty_Type) {
    for (const char* part : {"fget", "fset", "fdel"})
      if (OfSession(Attribute(value, part).ptr())) return true;
    return false;
  }
  const std::string_view name = type->tp_name;
  if (name == "cached_property" || name == "partialmethod") return OfSession(Attribute(value, "func").ptr());
  return IsSessionClass(type);
}

std::vector<ClassWatch::Held> ClassWatch::Look() {
  std::vector<Held> held;
  abstract_.clear();
  const py::object abc = py::module_::import("abc").attr("ABCMeta");
  std::unordered_map<PyTypeObject*, std::uint64_t> tags;
  for (const py::object& cls : AllClasses()) {
    auto* type = reinterpret_cast<PyTypeObject*>(cls.ptr());
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || IsSessionClass(type)) continue;
    if (PyType_IsSubtype(Py_TYPE(type), reinterpret_cast<PyTypeObject*>(abc.ptr()))) abstract_.push_back(cls);
    const std::uint64_t tag = reinterpret_cast<PyDictObject*>(type->tp_dict)->ma_version_tag;
    tags.emplace(type, tag);
    const auto known = tags_.find(type);
    if (known != tags_.end() && known->second == tag && !holding_.contains(type)) continue;
    const std::size_t before = held.size();
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(type->tp_dict, &pos, &name, &value)) {
      if (!PyUnicode_Check(name) || !OfSession(value)) continue;
      held.push_back({cls, py::reinterpret_borrow<py::object>(value), py::cast<std::string>(py::handle(name))});
    }
    if (held.size() > before) holding_.insert(type);
    else holding_.erase(type);
  }
  tags_ = std::move(tags);
  return held;
}

}  // namespace ferry::observe
