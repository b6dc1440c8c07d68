#include "tracker/observe/class_watch.h"

#include <algorithm>

#include "tracker/observe/of_session.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

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

bool IsOfLibrary(PyTypeObject* type) { return (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && !IsMainClass(type); }

}  // namespace

bool ClassWatch::Remember(PyTypeObject* type) {
  First& first = first_[type];
  if (first.name == type->tp_name) return false;
  first.name = type->tp_name;
  first.values.clear();
  first.plain.clear();
  first.values.reserve(PyDict_GET_SIZE(type->tp_dict));
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(type->tp_dict, &pos, &name, &value)) {
    if (!PyUnicode_Check(name) || IsDunder(name)) continue;
    first.values.emplace_back(name, value);
    if (IsPlain(value)) first.plain.push_back(py::reinterpret_borrow<py::object>(value));
  }
  return true;
}

bool ClassWatch::IsNew(PyTypeObject* type, PyObject* name, PyObject* value) const {
  const auto& values = first_.at(type).values;
  return std::find(values.begin(), values.end(), std::pair{name, value}) == values.end();
}

std::vector<py::object> ClassWatch::See(const py::dict& names) {
  std::vector<py::object> mine;
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(names.ptr(), &pos, &name, &value)) {
    if (OfSession(value, ns_.ptr())) mine.push_back(py::reinterpret_borrow<py::object>(name));
    else if (auto* type = reinterpret_cast<PyTypeObject*>(value); PyType_Check(value) && IsOfLibrary(type)) Remember(type);
  }
  return mine;
}

std::vector<ClassWatch::Held> ClassWatch::Look(py::handle spoken) {
  std::vector<Held> held;
  abstract_.clear();
  const py::object abc = py::module_::import("abc").attr("ABCMeta");
  std::unordered_map<PyTypeObject*, std::uint64_t> tags;
  for (const py::object& cls : AllClasses()) {
    auto* type = reinterpret_cast<PyTypeObject*>(cls.ptr());
    if (!IsOfLibrary(type)) continue;
    if (PyType_IsSubtype(Py_TYPE(type), reinterpret_cast<PyTypeObject*>(abc.ptr()))) abstract_.push_back(cls);
    const std::uint64_t tag = reinterpret_cast<PyDictObject*>(type->tp_dict)->ma_version_tag;
    tags.emplace(type, tag);
    const bool fresh = Remember(type);
    const auto known = tags_.find(type);
    if (!fresh && known != tags_.end() && known->second == tag && !holding_.contains(type)) continue;
    const std::size_t before = held.size();
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(type->tp_dict, &pos, &name, &value)) {
      if (!PyUnicode_Check(name)) continue;
      const bool mine = OfSession(value, ns_.ptr());
      if (!mine && (fresh || IsDunder(name) || !IsNew(type, name, value) || (!spoken.is_none() && PySet_Contains(spoken.ptr(), name) != 1))) continue;
      held.push_back({cls, py::reinterpret_borrow<py::object>(value), py::cast<std::string>(py::handle(name)), mine});
    }
    if (held.size() > before) holding_.insert(type);
    else holding_.erase(type);
  }
  tags_ = std::move(tags);
  std::erase_if(first_, [&](const auto& entry) { return !tags_.contains(entry.first); });
  return held;
}

}  // namespace ferry::observe
