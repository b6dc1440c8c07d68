#include "tracker/objects/types.h"

#include <cstring>

#include "tracker/objects/modules.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

PyObject* LookUp(PyTypeObject* type, const char* name) {
  py::object key = py::reinterpret_steal<py::object>(PyUnicode_InternFromString(name));
  return _PyType_Lookup(type, key.ptr());
}

bool SameText(PyObject* text, const char* other) {
  return text && PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, other) == 0;
}

bool IsLocalName(PyObject* qualname) {
  const char* text = qualname && PyUnicode_Check(qualname) ? PyUnicode_AsUTF8(qualname) : nullptr;
  if (!text) PyErr_Clear();
  return text && (std::strstr(text, "<locals>") || std::strstr(text, "<lambda>"));
}

// Types whose layout the walk knows, by the address of the type.
const std::unordered_map<PyTypeObject*, Kind>& BuiltinKinds() {
  static const std::unordered_map<PyTypeObject*, Kind> kinds = {
      {&PyList_Type, Kind::kList}, {&PyTuple_Type, Kind::kTuple}, {&PyDict_Type, Kind::kDict},
      {&PySet_Type, Kind::kSet}, {&PyFrozenSet_Type, Kind::kFrozenset}, {&PyByteArray_Type, Kind::kByteArray},
      {&PyFunction_Type, Kind::kFunction}, {&PyCFunction_Type, Kind::kBuiltin}, {&PyCMethod_Type, Kind::kBuiltin},
      {&PyCode_Type, Kind::kCode}, {&PyFrame_Type, Kind::kDoor}, {&PyTraceBack_Type, Kind::kTraceback},
      {&PyMemoryView_Type, Kind::kMemoryView}, {&PyGen_Type, Kind::kGenerator}, {&PyCell_Type, Kind::kTraversed}, {&PyDictProxy_Type, Kind::kTraversed},
      {&PyDictKeys_Type, Kind::kTraversed}, {&PyDictValues_Type, Kind::kTraversed}, {&PyDictItems_Type, Kind::kTraversed},
      {&PyProperty_Type, Kind::kMembers}, {&PyStaticMethod_Type, Kind::kMembers}, {&PyClassMethod_Type, Kind::kMembers},
      {&PyMethod_Type, Kind::kMembers}, {&PySlice_Type, Kind::kMembers}, {&PyRange_Type, Kind::kMembers},
      {&PySuper_Type, Kind::kMembers}, {&PyGetSetDescr_Type, Kind::kNamed}, {&PyMemberDescr_Type, Kind::kNamed},
      {&PyMethodDescr_Type, Kind::kNamed}, {&PyWrapperDescr_Type, Kind::kNamed}, {&PyClassMethodDescr_Type, Kind::kNamed},
  };
  return kinds;
}

// The contents that a class takes from a builtin base; kNone for object, kOpaque where the layout is not known.
Kind ContentOf(PyTypeObject* native) {
  if (native == &PyBaseObject_Type) return Kind::kNone;
  if (native == &PyLong_Type) return Kind::kInt;
  if (native == &PyFloat_Type) return Kind::kFloat;
  if (native == &PyComplex_Type) return Kind::kComplex;
  if (native == &PyUnicode_Type) return Kind::kStr;
  if (native == &PyBytes_Type) return Kind::kBytes;
  if (PyType_IsSubtype(native, reinterpret_cast<PyTypeObject*>(PyExc_BaseException))) return Kind::kException;
  auto it = BuiltinKinds().find(native);
  if (it == BuiltinKinds().end()) return Kind::kOpaque;
  return it->second <= Kind::kByteArray ? it->second : Kind::kOpaque;
}

PyTypeObject* NativeBase(PyTypeObject* type) {
  while (type->tp_flags & Py_TPFLAGS_HEAPTYPE) type = type->tp_base;
  return type;
}

std::uint32_t ScalarSize(const std::string& label) {
  static const std::unordered_map<std::string, std::uint32_t> sizes = {
      {"numpy.bool", 1}, {"numpy.bool_", 1}, {"numpy.int8", 1}, {"numpy.uint8", 1}, {"numpy.int16", 2}, {"numpy.uint16", 2},
      {"numpy.float16", 2}, {"numpy.int32", 4}, {"numpy.uint32", 4}, {"numpy.float32", 4}, {"numpy.int64", 8},
      {"numpy.uint64", 8}, {"numpy.float64", 8}, {"numpy.complex64", 8}, {"numpy.complex128", 16},
  };
  auto it = sizes.find(label);
  return it == sizes.end() ? 0 : it->second;
}

bool Has(PyTypeObject* type, const char* name) {
  PyObject* found = LookUp(type, name);
  return found && found != LookUp(&PyBaseObject_Type, name);
}

bool Reduces(PyTypeObject* type) {
  for (const char* name : {"__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs_ex__", "__getnewargs__"})
    if (Has(type, name)) return true;
  py::object table = py::module_::import("copyreg").attr("dispatch_table");
  return PyDict_Contains(table.ptr(), reinterpret_cast<PyObject*>(type)) == 1;
}

// Whether the module that a class says it is of has no such class: library code made it for somebody else
// (dataclasses.make_dataclass, types.new_class, a metaclass that was called).
bool IsOnlyNamedAfter(PyObject* name, PyTypeObject* type) {
  PyObject* module = name && PyUnicode_CheckExact(name) ? PyDict_GetItem(PyImport_GetModuleDict(), name) : nullptr;
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

bool Types::IsSessionClass(PyTypeObject* type) {
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

bool Types::IsSessionFunction(PyObject* function) const {
  auto* f = reinterpret_cast<PyFunctionObject*>(function);
  return f->func_globals == namespace_.ptr() || SameText(f->func_module, "__main__");
}

bool Types::IsLocalFunction(PyObject* function) {
  return IsLocalName(reinterpret_cast<PyFunctionObject*>(function)->func_qualname);
}

void Types::NewLook() {
  for (auto& r : recent_) r = {};
  // Types without a version tag, or with another than then, are looked at again; dead ones have neither.
  if (infos_.size() > 4096) infos_.clear();
}

const TypeInfo& Types::Find(PyTypeObject* type) {
  std::unique_ptr<TypeInfo>& info = infos_[type];
  if (!info || info->version == 0 || info->version != type->tp_version_tag) {
    TypeInfo fresh;
    fresh.label = TypeLabel(type);
    fresh.session = IsSessionClass(type);
    Classify(type, &fresh);
    // Any look-up gives the type a tag; it changes with the class, and a new class never gets an old one.
    LookUp(type, "__class__");
    bool fixed = !(type->tp_flags & Py_TPFLAGS_HEAPTYPE);
    fresh.version = type->tp_version_tag ? type->tp_version_tag : fixed;
    // In place: a walk on the way may hold the old one (a reduction can add __slotnames__ to a class).
    if (!info) info = std::make_unique<TypeInfo>();
    *info = std::move(fresh);
  }
  return *info;
}

void Types::Classify(PyTypeObject* type, TypeInfo* info) {
  if (auto it = BuiltinKinds().find(type); it != BuiltinKinds().end()) {
    info->kind = it->second;
    info->immutable = type == &PyTuple_Type || type == &PyFrozenSet_Type || type == &PySlice_Type || type == &PyRange_Type;
    return;
  }
  if (PyType_IsSubtype(type, &PyType_Type)) {
    info->kind = Kind::kClass;
    return;
  }
  if (PyType_IsSubtype(type, &PyModule_Type)) {
    info->kind = Kind::kModule;
    return;
  }
  PyObject* mro = type->tp_mro;
  bool array = false;
  for (Py_ssize_t i = 0, n = mro ? PyTuple_GET_SIZE(mro) : 0; i < n; ++i) {
    auto* base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(mro, i));
    info->user |= IsSessionClass(base);
    std::string label = TypeLabel(base);
    array |= label == "numpy.ndarray";
    if (label == "IPython.core.interactiveshell.InteractiveShell") info->kind = Kind::kDoor;
  }
  if (info->kind == Kind::kDoor) return;
  if (PyType_IsSubtype(type, &_PyWeakref_RefType) || type == &_PyWeakref_ProxyType || type == &_PyWeakref_CallableProxyType) {
    if (!info->user && Adapt(type, info)) return;
    info->opaque = "weak reference";
    return;
  }
  if ((info->scalar_size = ScalarSize(info->label))) {
    info->kind = Kind::kScalar;
    info->immutable = true;
    return;
  }
  if (array) info->kind = Kind::kArray;
  if (Adapt(type, info)) return;
  if (array) return ClassifyFields(type, info);
  if (info->user) return ClassifyUser(type, info);
  if (info->label.starts_with("typing.") || info->label.starts_with("types.")) info->immutable = true;
  // The reduction of an exception tells neither its cause nor its context.
  if (PyType_IsSubtype(type, reinterpret_cast<PyTypeObject*>(PyExc_BaseException))) return ClassifyFields(type, info);
  if (Reduces(type)) {
    info->kind = Kind::kReduced;
    return;
  }
  ClassifyFields(type, info);
}

// kInstance if the size of the type is explained by its fields and a builtin base; else the type has C state that only
// its reduction can tell.
void Types::ClassifyFields(PyTypeObject* type, TypeInfo* info) {
  PyTypeObject* native = NativeBase(type);
  PyObject* mro = type->tp_mro;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); ++i)
    AppendSlots(reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(mro, i)), &info->slots);
  if (info->kind == Kind::kArray) return;
  Py_ssize_t extra = type->tp_basicsize - native->tp_basicsize - Py_ssize_t(sizeof(PyObject*) * info->slots.size());
  if (type->tp_weaklistoffset > 0 && native->tp_weaklistoffset == 0) extra -= sizeof(PyObject*);
  if (type->tp_dictoffset > 0 && native->tp_dictoffset == 0) extra -= sizeof(PyObject*);
  info->base = ContentOf(native);
  bool seen = extra <= 0 && info->base != Kind::kOpaque;
  info->kind = seen ? Kind::kInstance : Kind::kReduced;
  // A named tuple, an int with a name: nothing in it can be set.
  bool no_fields = info->slots.empty() && type->tp_dictoffset == 0 && !(type->tp_flags & Py_TPFLAGS_MANAGED_DICT);
  switch (info->base) {
    case Kind::kTuple: case Kind::kFrozenset: case Kind::kInt: case Kind::kFloat: case Kind::kComplex: case Kind::kStr:
    case Kind::kBytes:
      info->immutable |= no_fields;
      break;
    default:
      break;
  }
}

// A class of the session over a library type with C state: the library's reduction tells it, as long as the session has
// overridden nothing that the reduction calls.
void Types::ClassifyUser(PyTypeObject* type, TypeInfo* info) {
  ClassifyFields(type, info);
  if (info->kind == Kind::kInstance) return;
  info->kind = Kind::kOpaque;
  info->opaque = info->label;
  PyObject* mro = type->tp_mro;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); ++i) {
    auto* base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(mro, i));
    if (!IsSessionClass(base)) {
      if (!Reduces(base)) return;
      PyObject* reduce = LookUp(base, Has(base, "__reduce_ex__") || !Has(base, "__reduce__") ? "__reduce_ex__" : "__reduce__");
      info->reduce = py::reinterpret_borrow<py::object>(reduce);
      info->kind = Kind::kReduced;
      info->opaque.clear();
      return;
    }
    for (const char* name : {"__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__", "__iter__",
                             "items", "keys", "getstate", "__getattribute__", "__getattr__", "__class__", "__dict__"})
      if (PyObject* own = PyDict_GetItemString(base->tp_dict, name); own && Py_TYPE(own) != &PyGetSetDescr_Type) return;
  }
}

// The adapter of the nearest class in the order of bases, or none. No Python code runs: other threads would come in between,
// and what the walk has not met yet would be gone.
py::object Types::FindAdapter(PyTypeObject* type) {
  if (!adapters_) adapters_ = py::module_::import("kernelferry.objects.adapters").attr("adapters");
  PyObject* mro = type->tp_mro;
  for (Py_ssize_t i = 0, n = mro ? PyTuple_GET_SIZE(mro) : 0; i < n; ++i) {
    const std::string label = TypeLabel(reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(mro, i)));
    if (PyObject* found = PyDict_GetItemString(adapters_.ptr(), label.c_str())) return py::reinterpret_borrow<py::object>(found);
  }
  return py::none();
}

bool Types::Adapt(PyTypeObject* type, TypeInfo* info) {
  py::object adapter = FindAdapter(type);
  if (adapter.is_none()) return false;
  bool immutable = adapter.attr("immutable").cast<bool>();
  if (immutable && info->user) return false;  // its fields may change
  info->immutable = immutable;
  info->opaque = adapter.attr("opaque").cast<std::string>();
  for (py::handle name : adapter.attr("caches")) info->caches.insert(name.cast<std::string>());
  py::object children = adapter.attr("children");
  if (!children.is_none()) {
    info->children = children;
    info->kind = Kind::kReduced;
    return true;
  }
  bool whole = info->opaque.empty() && info->caches.empty();
  if (whole && info->kind != Kind::kArray && Reduces(type)) {
    info->kind = Kind::kReduced;
    return true;
  }
  ClassifyFields(type, info);
  if (info->kind == Kind::kReduced && !info->opaque.empty()) info->kind = Kind::kOpaque;
  return true;
}

}  // namespace ferry::objects
