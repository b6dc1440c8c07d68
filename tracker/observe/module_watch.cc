#include "tracker/observe/module_watch.h"

#include "tracker/objects/layout.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

// Of an object in place of a module this may run code of its own.
py::object DictOf(py::handle object) {
  auto dict = PyModule_Check(object.ptr()) ? py::reinterpret_borrow<py::object>(PyModule_GetDict(object.ptr()))
                                           : py::reinterpret_steal<py::object>(PyObject_GetAttrString(object.ptr(), "__dict__"));
  if (!dict) PyErr_Clear();
  return dict && PyDict_CheckExact(dict.ptr()) ? dict : py::object();
}

}  // namespace

const std::vector<ModuleWatch::Module>& ModuleWatch::Look() {
  found_.clear();
  PyObject *name, *object;
  Py_ssize_t pos = 0;
  while (PyDict_Next(PyImport_GetModuleDict(), &pos, &name, &object)) {
    const auto known = known_.find(name);
    if (known != known_.end() && known->second.object.ptr() == object && PyModule_Check(object) &&
        known->second.tag == objects::VersionOf(PyModule_GetDict(object)))
      continue;
    found_.push_back({py::reinterpret_borrow<py::object>(name), py::reinterpret_borrow<py::object>(object), {}, 0});
  }
  for (Module& module : found_) {
    module.dict = DictOf(module.object);
    if (module.dict) module.tag = objects::VersionOf(module.dict.ptr());
  }
  std::erase_if(found_, [](const Module& module) { return !module.dict; });
  return found_;
}

void ModuleWatch::Settle() {
  for (Module& module : found_) known_.insert_or_assign(module.name.ptr(), std::move(module));
  found_.clear();
}

}  // namespace ferry::observe
