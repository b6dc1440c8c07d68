#include "tracker/observe/inspection.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "tracker/objects/modules.h"
#include "tracker/observe/code_scan.h"
#include "tracker/observe/of_session.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

bool IsShell(PyTypeObject* type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || !type->tp_mro) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type->tp_mro); ++i) {
    auto* base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(type->tp_mro, i));
    if (std::strcmp(base->tp_name, "InteractiveShell") == 0) return true;
  }
  return false;
}

bool IsArray(PyObject* value) { return std::strcmp(Py_TYPE(value)->tp_name, "numpy.ndarray") == 0; }

bool Immutable(PyObject* value) {
  return PyUnicode_CheckExact(value) || PyBytes_CheckExact(value) || PyTuple_CheckExact(value) ||
         PyFrozenSet_CheckExact(value) || PyMethod_Check(value);
}

class Walk {
 public:
  Walk(PyObject* ns, std::size_t most) : ns_(ns), most_(most) {}

  Inspection Run(PyObject* value) {
    Meet(value);
    while (!todo_.empty()) {
      PyObject* next = todo_.back();
      todo_.pop_back();
      Enter(next);
    }
    found_.met = met_.size();
    found_.alone = found_.complete && Balanced();
    std::sort(found_.units.begin(), found_.units.end());
    std::sort(found_.shared.begin(), found_.shared.end());
    return std::move(found_);
  }

 private:
  static int Visit(PyObject* value, void* self) { return static_cast<Walk*>(self)->Meet(value); }

  // Nonzero ends the traverse of the object that holds `value`.
  int Meet(PyObject* value) {
    if (++edges_ > 8 * most_) return Stop();
    if (IsLeaf(value) || ++met_[value] > 1) return 0;
    if (met_.size() > most_) return Stop();
    todo_.push_back(value);
    return 0;
  }

  // That of its name is the first reference to the value itself. Immutable objects count, too: somebody else may reach through
  // them what they hold.
  bool Balanced() const {
    return std::all_of(met_.begin(), met_.end(), [](const auto& met) {
      const auto& [object, references] = met;
      return static_cast<std::size_t>(Py_REFCNT(object)) == references &&
             !(PyType_SUPPORTS_WEAKREFS(Py_TYPE(object)) && *PyObject_GET_WEAKREFS_LISTPTR(object));
    });
  }

  int Stop() {
    found_.complete = false;
    todo_.clear();
    return 1;
  }

  void Code(PyObject* code) {
    found_.codes.push_back(code);
    const CodeScan scan = ScanFunction(reinterpret_cast<PyCodeObject*>(code));
    found_.mentions.insert(scan.reads.begin(), scan.reads.end());
    found_.binds.insert(scan.binds.begin(), scan.binds.end());
    found_.clocks.insert(scan.clocks.begin(), scan.clocks.end());
    for (const auto& inner : scan.inner) found_.codes.push_back(inner.ptr());
    if (found_.door.empty()) found_.door = scan.door;
  }

  void Enter(PyObject* value) {
    PyTypeObject* type = Py_TYPE(value);
    if (value == ns_) return Door("the namespace");
    if (PyFrame_Check(value)) return Door("a frame");
    if (PyTraceBack_Check(value)) return;
    if (PyFunction_Check(value)) return Function(value);
    if (PyType_Check(value)) return Class(reinterpret_cast<PyTypeObject*>(value));
    if (IsShell(type)) return Door("the shell");
    if (PyCode_Check(value)) return Code(value);
    if (PyGen_Check(value) || PyCoro_CheckExact(value) || PyAsyncGen_CheckExact(value)) {
      Code(reinterpret_cast<PyObject*>(reinterpret_cast<PyGenObject*>(value)->gi_code));
    }
    if (IsMainClass(type)) Meet(reinterpret_cast<PyObject*>(type));
    if (!Immutable(value)) found_.shared.push_back(value);
    if (IsArray(value)) {
      Array(value);
    } else if (type->tp_traverse && (type->tp_flags & Py_TPFLAGS_HAVE_GC)) {
      type->tp_traverse(value, &Walk::Visit, this);
    }
  }

  // Not its globals where they are the namespace, or a library.
  void Function(PyObject* value) {
    auto* function = reinterpret_cast<PyFunctionObject*>(value);
    if (function->func_globals == ns_) {
      found_.units.push_back(value);
      Code(function->func_code);
    } else if (!objects::IsModuleNamespace(function->func_globals)) {
      Code(function->func_code);
      if (Meet(function->func_globals)) return;
    }
    for (PyObject* part : {function->func_closure, function->func_defaults, function->func_kwdefaults,
                           function->func_dict, function->func_annotations}) {
      if (part && Meet(part)) return;
    }
  }

  void Class(PyTypeObject* type) {
    if (!IsMainClass(type)) return;
    found_.units.push_back(type);
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (PyDict_Next(type->tp_dict, &position, &key, &value)) {
      if (Meet(value)) return;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type->tp_bases); ++i) {
      if (Meet(PyTuple_GET_ITEM(type->tp_bases, i))) return;
    }
    if (IsMainClass(Py_TYPE(type))) Meet(reinterpret_cast<PyObject*>(Py_TYPE(type)));
  }

  // numpy's arrays take no part in garbage collection: their base and their elements are not traversed.
  void Array(PyObject* value) {
    const auto array = py::reinterpret_borrow<py::object>(value);
    Meet(array.attr("base").ptr());
    if (array.attr("dtype").attr("hasobject").cast<bool>()) found_.complete = false;
  }

  void Door(const char* what) {
    if (found_.door.empty()) found_.door = what;
  }

  PyObject* ns_;
  std::size_t most_, edges_ = 0;
  Inspection found_;
  std::vector<PyObject*> todo_;
  std::unordered_map<PyObject*, std::size_t> met_;  // object -> references to it that the walk has seen
};

}  // namespace

bool IsLeaf(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  if (type == &PyUnicode_Type || type == &PyCFunction_Type) return true;
  if (type == &PyDict_Type || type == &PyList_Type) return false;
  if (PyType_Check(value)) return !IsMainClass(reinterpret_cast<PyTypeObject*>(value));
  if (PyModule_Check(value)) return !objects::IsByHand(PyDict_GetItemString(PyModule_GetDict(value), "__name__"));
  if (type->tp_flags & Py_TPFLAGS_HAVE_GC) {
    return PyTuple_CheckExact(value) && !PyObject_GC_IsTracked(value);  // of atoms only
  }
  if (PyCode_Check(value) || IsMainClass(type)) return false;
  if (std::strncmp(type->tp_name, "numpy.", 6) == 0) return !IsArray(value);
  return PyBytes_CheckExact(value) || !type->tp_as_buffer || !type->tp_as_buffer->bf_getbuffer;
}

Inspection Inspect(PyObject* value, PyObject* ns, std::size_t most) {
  if (IsLeaf(value)) return {};
  return Walk(ns, most).Run(value);
}

}  // namespace ferry::observe
