#include "serializer/codec/gate.h"

#include <cmath>

#include "serializer/codec/changed_keys.h"
#include "serializer/codec/set_layout.h"
#include "util/stop.h"

namespace ferry::codec {

namespace py = pybind11;

namespace {

// A number has at least one holder, and the pickler one more reference while it is in a list or dict; the third one is
// another holder. While it is in a tuple the pickler has none: what tuples hold is looked at before they are written.
constexpr Py_ssize_t kSharedReferences = 3;

constexpr char kGate[] = "kernelferry gate";
constexpr char kResolver[] = "kernelferry resolver";

// A METH_O function whose self is a capsule that keeps `owner` alive.
template <typename Owner>
py::object Bound(PyMethodDef* def, const char* name, std::shared_ptr<Owner> owner) {
  auto* kept = new std::shared_ptr<Owner>(std::move(owner));
  auto self = py::reinterpret_steal<py::object>(PyCapsule_New(kept->get(), name, [](PyObject* capsule) {
    delete static_cast<std::shared_ptr<Owner>*>(PyCapsule_GetContext(capsule));
  }));
  if (!self || PyCapsule_SetContext(self.ptr(), kept) != 0) throw py::error_already_set();
  auto function = py::reinterpret_steal<py::object>(PyCFunction_New(def, self.ptr()));
  if (!function) throw py::error_already_set();
  return function;
}

bool IsContainer(PyObject* object) {
  return PyDict_CheckExact(object) || PyList_CheckExact(object) || PyAnySet_CheckExact(object) ||
         PyTuple_CheckExact(object) || PyByteArray_CheckExact(object);
}

// Of int and float, those that CPython does not hold once a process anyway.
bool HasIdentity(PyObject* object) {
  if (PyFloat_CheckExact(object)) return true;
  if (!PyLong_CheckExact(object)) return false;
  int overflow = 0;
  long value = PyLong_AsLongAndOverflow(object, &overflow);
  return overflow || value < -5 || value > 256;
}

bool IsNan(PyObject* object) { return PyFloat_CheckExact(object) && std::isnan(PyFloat_AS_DOUBLE(object)); }

// Where strings of one text are one object, also across components: `x is MISSING`.
bool IsInterned(PyObject* object) {
  return PyUnicode_CheckExact(object) && PyUnicode_CHECK_INTERNED(object) && PyUnicode_GET_LENGTH(object) > 1;
}

}  // namespace

void Gate::Refer(py::object object, py::object pid) {
  pids_.Put(object.ptr(), pid.ptr());
  owned_.push_back(std::move(object));
  owned_.push_back(std::move(pid));
}

std::int64_t Gate::ConstantPid(PyObject* constant) {
  if (const std::int64_t* pid = constant_pids_.Find(constant)) return *pid;
  if (PyList_Append(constants_.ptr(), constant) != 0) return 0;
  auto pid = -static_cast<std::int64_t>(constants_.size());
  constant_pids_.Put(constant, pid);
  return pid;
}

bool Gate::NoteNumbers(PyObject* tuple) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    PyObject* item = PyTuple_GET_ITEM(tuple, i);
    if (Py_REFCNT(item) > 1 && HasIdentity(item)) {
      if (!ConstantPid(item)) return false;
      tuple_numbers_ = true;
    }
  }
  return true;
}

bool Gate::NoteTable(PyObject* container) {
  constexpr Py_ssize_t kSmall = 16;  // entries: looked at again wherever the dict is met
  try {
    if (PyDict_Check(container) && PyDict_GET_SIZE(container) <= kSmall && !MayHaveChanged(container)) return true;
    if (noted_.Find(container)) return true;
    noted_.Put(container, true);
    py::object table = ChangedTable(container);
    if (table.is_none() && PyAnySet_Check(container)) {
      const std::string layout = SetLayout(container);
      if (!layout.empty()) table = py::bytes(layout);
    }
    if (table.is_none()) return true;
    table_layouts_.append(py::handle(container));
    table_layouts_.append(table);
    return true;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::type_error& error) {
    PyErr_SetString(PyExc_TypeError, error.what());
  }
  return false;
}

PyObject* Gate::AskPid(PyObject* self, PyObject* object) {
  auto* gate = static_cast<Gate*>(PyCapsule_GetPointer(self, kGate));
  if ((++gate->asked_ & 15) == 0 && MainStop().Asked()) {
    PyErr_SetString(gate->stopped_.ptr(), "a request waits");
    return nullptr;
  }
  const bool shared = Py_REFCNT(object) >= kSharedReferences;  // before `last_` refers to it as well
  gate->last_ = py::reinterpret_borrow<py::object>(object);
  if (PyObject* const* pid = gate->pids_.Find(object)) return Py_NewRef(*pid);
  if (shared && !gate->held_.is_none() && IsNan(object)) {  // `np.nan in values` asks for identity
    auto pid = py::reinterpret_steal<py::object>(PyObject_CallOneArg(gate->held_.ptr(), object));
    if (!pid) return nullptr;
    if (!pid.is_none()) {
      gate->Refer(py::reinterpret_borrow<py::object>(object), pid);
      return pid.release().ptr();
    }
  }
  if (IsInterned(object) || (shared && HasIdentity(object))) {
    std::int64_t pid = gate->ConstantPid(object);
    return pid ? PyLong_FromLongLong(pid) : nullptr;
  }
  if (gate->tuple_numbers_ && HasIdentity(object))
    if (const std::int64_t* pid = gate->constant_pids_.Find(object)) return PyLong_FromLongLong(*pid);
  if (PyTuple_CheckExact(object) && !gate->NoteNumbers(object)) return nullptr;
  if (shared && !gate->held_.is_none() && IsContainer(object)) {
    PyObject* pid = PyObject_CallOneArg(gate->held_.ptr(), object);
    if (pid != Py_None) return pid;
    Py_DECREF(pid);
  }
  if ((PyAnySet_Check(object) || (PyDict_Check(object) && PyDict_GET_SIZE(object) > 0)) && !gate->NoteTable(object)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* Gate::AskReducer(PyObject* self, PyObject* object) {
  auto* gate = static_cast<Gate*>(PyCapsule_GetPointer(self, kGate));
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  PyObject* reducer;
  if (PyObject* const* known = gate->reducers_.Find(type)) {
    reducer = *known;
  } else {
    auto asked = py::reinterpret_steal<py::object>(PyObject_CallOneArg(gate->classify_.ptr(), type));
    if (!asked) return nullptr;
    reducer = asked.ptr();
    gate->reducers_.Put(type, reducer);
    gate->owned_.push_back(std::move(asked));
    gate->owned_.push_back(py::reinterpret_borrow<py::object>(type));
  }
  if (reducer == Py_None) Py_RETURN_NOTIMPLEMENTED;
  return PyObject_CallOneArg(reducer, object);
}

py::object Gate::PersistentId() {
  static PyMethodDef def{"persistent_id", AskPid, METH_O, nullptr};
  return Bound(&def, kGate, shared_from_this());
}

py::object Gate::ReducerOverride() {
  static PyMethodDef def{"reducer_override", AskReducer, METH_O, nullptr};
  return Bound(&def, kGate, shared_from_this());
}

PyObject* Resolver::Load(PyObject* self, PyObject* pid) {
  auto* resolver = static_cast<Resolver*>(PyCapsule_GetPointer(self, kResolver));
  if (PyLong_CheckExact(pid)) {
    long long number = PyLong_AsLongLong(pid);
    if (number == -1 && PyErr_Occurred()) return nullptr;
    if (number < 0) {
      auto index = static_cast<unsigned long long>(-(number + 1));
      if (index < resolver->constants_.size())
        return Py_NewRef(PyList_GET_ITEM(resolver->constants_.ptr(), static_cast<Py_ssize_t>(index)));
      PyErr_Format(PyExc_ValueError, "the blob has no constant %R", pid);
      return nullptr;
    }
  }
  PyObject* known = PyDict_GetItemWithError(resolver->known_.ptr(), pid);
  if (known) return Py_NewRef(known);
  if (PyErr_Occurred()) return nullptr;
  PyObject* object = PyObject_CallOneArg(resolver->resolve_.ptr(), pid);
  if (object && PyDict_SetItem(resolver->known_.ptr(), pid, object) != 0) Py_CLEAR(object);
  return object;
}

py::object Resolver::PersistentLoad() {
  static PyMethodDef def{"persistent_load", Load, METH_O, nullptr};
  return Bound(&def, kResolver, shared_from_this());
}

}  // namespace ferry::codec
