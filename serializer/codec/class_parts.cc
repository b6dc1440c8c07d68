#include "serializer/codec/class_parts.h"

#include <dlfcn.h>
#include <structmember.h>

#include <cstdint>

namespace ferry::codec {

namespace py = pybind11;

void SetMetaclass(py::handle cls, py::handle metaclass) {
  if (!PyType_Check(cls.ptr()) || !PyType_Check(metaclass.ptr())) throw py::type_error("a class and a metaclass");
  PyTypeObject* old = Py_TYPE(cls.ptr());
  auto* type = reinterpret_cast<PyTypeObject*>(metaclass.ptr());
  if (!PyType_IsSubtype(type, &PyType_Type) || type->tp_basicsize != old->tp_basicsize ||
      type->tp_itemsize != old->tp_itemsize || type->tp_dictoffset != old->tp_dictoffset)
    throw py::type_error("metaclass of another layout");
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_INCREF(type);
  Py_SET_TYPE(cls.ptr(), type);
  if (old->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_DECREF(old);
  PyType_Modified(reinterpret_cast<PyTypeObject*>(cls.ptr()));
}

namespace {

bool IsSpecial(PyObject* name) {
  return PyUnicode_Check(name) && PyUnicode_GET_LENGTH(name) > 4 && PyUnicode_READ_CHAR(name, 0) == '_' &&
         PyUnicode_READ_CHAR(name, 1) == '_';
}

// Setting such a name through the type would call the metaclass's descriptor instead of setting it.
bool HidesDescriptor(PyTypeObject* type, PyObject* name) {
  PyObject* found = _PyType_Lookup(Py_TYPE(type), name);
  return found && Py_TYPE(found)->tp_descr_set;
}

}  // namespace

void FillClass(py::handle cls, const py::list& items, const py::list& order) {
  auto* type = reinterpret_cast<PyTypeObject*>(cls.ptr());
  if (!PyType_Check(cls.ptr()) || !(type->tp_flags & Py_TPFLAGS_HEAPTYPE) ||
      (type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE))
    throw py::type_error("a class made by Python");
  PyObject* dict = type->tp_dict;
  for (py::handle item : items) {
    auto pair = py::reinterpret_borrow<py::tuple>(item);
    if (!PyTuple_Check(pair.ptr()) || pair.size() != 2) throw py::type_error("pairs of name and value");
    py::object name = pair[0], value = pair[1];
    // Methods like __eq__ also fill a slot of the type; __abstractmethods__ a flag.
    const bool through_type = IsSpecial(name.ptr()) && (!HidesDescriptor(type, name.ptr()) ||
                                                        PyUnicode_CompareWithASCIIString(name.ptr(), "__abstractmethods__") == 0);
    int failed = through_type ? PyType_Type.tp_setattro(cls.ptr(), name.ptr(), value.ptr())
                              : PyDict_SetItem(dict, name.ptr(), value.ptr());
    if (failed) throw py::error_already_set();
  }
  for (py::handle name : order) {
    auto value = py::reinterpret_borrow<py::object>(PyDict_GetItemWithError(dict, name.ptr()));
    if (!value && PyErr_Occurred()) throw py::error_already_set();
    if (value && (PyDict_DelItem(dict, name.ptr()) != 0 || PyDict_SetItem(dict, name.ptr(), value.ptr()) != 0))
      throw py::error_already_set();
  }
  PyType_Modified(type);
}

py::tuple FunctionParts(py::handle function) {
  if (!PyFunction_Check(function.ptr())) throw py::type_error("a function");
  auto* parts = reinterpret_cast<PyFunctionObject*>(function.ptr());
  auto or_none = [](PyObject* object) { return object ? py::reinterpret_borrow<py::object>(object) : py::none(); };
  return py::make_tuple(or_none(parts->func_annotations ? PyFunction_GetAnnotations(function.ptr()) : nullptr),
                        or_none(parts->func_dict));
}

py::object InstanceDict(py::handle object) {
  PyObject* dict = PyObject_GenericGetDict(object.ptr(), nullptr);
  if (dict) return py::reinterpret_steal<py::object>(dict);
  if (!PyErr_ExceptionMatches(PyExc_AttributeError)) throw py::error_already_set();
  PyErr_Clear();
  return py::none();
}

py::bytes InstanceMemory(py::handle object) {
  const PyTypeObject* type = Py_TYPE(object.ptr());
  if (type->tp_itemsize != 0) throw py::type_error("an object of fixed size");
  return {reinterpret_cast<const char*>(object.ptr()), static_cast<std::size_t>(type->tp_basicsize)};
}

void SetMember(py::handle object, const char* name, py::handle value) {
  const auto key = py::reinterpret_steal<py::object>(PyUnicode_FromString(name));
  PyObject* found = key ? _PyType_Lookup(Py_TYPE(object.ptr()), key.ptr()) : nullptr;
  if (!found || Py_TYPE(found) != &PyMemberDescr_Type) throw py::type_error(std::string("no member ") + name);
  PyMemberDef member = *reinterpret_cast<PyMemberDescrObject*>(found)->d_member;
  member.flags &= ~READONLY;
  if (PyMember_SetOne(reinterpret_cast<char*>(object.ptr()), &member, value.ptr()) != 0) throw py::error_already_set();
}

py::tuple CapsuleParts(py::handle capsule) {
  if (!PyCapsule_CheckExact(capsule.ptr())) throw py::type_error("a capsule");
  const void* address = PyCapsule_GetPointer(capsule.ptr(), PyCapsule_GetName(capsule.ptr()));
  const auto end = reinterpret_cast<void*>(PyCapsule_GetDestructor(capsule.ptr()));
  Dl_info library{};
  const bool known = end && dladdr(end, &library) && library.dli_fname;
  return py::make_tuple(reinterpret_cast<std::uintptr_t>(address), known ? library.dli_fname : "");
}

py::object WeakTarget(py::handle reference) {
  if (!PyWeakref_Check(reference.ptr())) throw py::type_error("a weak reference");
  return py::reinterpret_borrow<py::object>(PyWeakref_GetObject(reference.ptr()));
}

}  // namespace ferry::codec
