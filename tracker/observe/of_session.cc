#include "tracker/observe/of_session.h"

#include <pybind11/pybind11.h>

#include <string_view>

namespace py = pybind11;

namespace ferry::observe {
namespace {

py::object Attribute(PyObject* object, const char* name) {
  auto value = py::reinterpret_steal<py::object>(PyObject_GetAttrString(object, name));
  if (!value) PyErr_Clear();
  return value ? value : py::none();
}

}  // namespace

bool IsMainClass(PyTypeObject* type) {
  static PyObject* const name = PyUnicode_InternFromString("__module__");  // asked of thousands of objects within a cell
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return false;
  PyObject* module = PyDict_GetItemWithError(type->tp_dict, name);
  return module && PyUnicode_CheckExact(module) && PyUnicode_CompareWithASCIIString(module, "__main__") == 0;
}

bool OfSession(PyObject* value, PyObject* ns) {
  if (PyFunction_Check(value)) return reinterpret_cast<PyFunctionObject*>(value)->func_globals == ns;
  if (PyType_Check(value)) return IsMainClass(reinterpret_cast<PyTypeObject*>(value));
  PyTypeObject* type = Py_TYPE(value);
  if (type == &PyMethod_Type) return OfSession(PyMethod_GET_FUNCTION(value), ns) || OfSession(PyMethod_GET_SELF(value), ns);
  if (type == &PyStaticMethod_Type || type == &PyClassMethod_Type) return OfSession(Attribute(value, "__func__").ptr(), ns);
  if (type == &PyProperty_Type) {
    for (const char* part : {"fget", "fset", "fdel"})
      if (OfSession(Attribute(value, part).ptr(), ns)) return true;
    return false;
  }
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return false;
  const std::string_view name = type->tp_name;
  if (name == "cached_property" || name == "partialmethod" || name == "functools.partial") return OfSession(Attribute(value, "func").ptr(), ns);
  return IsMainClass(type);
}

bool IsPlain(PyObject* value) {
  return PyFloat_CheckExact(value) || PyLong_CheckExact(value) || PyUnicode_CheckExact(value) || PyBytes_CheckExact(value);
}

bool IsDunder(PyObject* name) {
  return PyUnicode_GET_LENGTH(name) > 1 && PyUnicode_READ_CHAR(name, 0) == '_' && PyUnicode_READ_CHAR(name, 1) == '_';
}

}  // namespace ferry::observe
