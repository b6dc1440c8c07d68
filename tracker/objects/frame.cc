#include "tracker/objects/frame.h"

namespace py = pybind11;

namespace ferry::objects {

std::string PathOf(const std::string& name, const std::vector<Frame>& frames, const std::vector<PyObject*>& pending) {
  std::string path = name;
  auto key = [](PyObject* k) -> std::string {
    py::object text;
    if (PyUnicode_CheckExact(k) || PyLong_CheckExact(k)) text = py::reinterpret_steal<py::object>(PyObject_Repr(k));
    if (!text) PyErr_Clear();
    return text ? text.cast<std::string>() : "...";
  };
  for (const Frame& f : frames) {
    if (f.shape == Shape::kList || f.shape == Shape::kTuple || f.shape == Shape::kItems) {
      path += "[" + std::to_string(f.at - 1) + "]";
    } else if (f.shape == Shape::kDict) {
      PyObject *k, *v;
      Py_ssize_t pos = 0;
      while (PyDict_Next(f.object, &pos, &k, &v) && pos != f.at) {
      }
      path += "[" + key(k) + "]";
    } else if (f.shape == Shape::kFields && f.at >= 2) {
      PyObject* field = pending[f.at - 2];
      if (field && PyUnicode_CheckExact(field)) path += "." + py::str(py::handle(field)).cast<std::string>();
    }
  }
  return path;
}

}  // namespace ferry::objects
