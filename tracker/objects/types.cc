#include "tracker/objects/types.h"

#include <optional>

#include "tracker/objects/origin.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

PyObject* LookUp(PyTypeObject* type, const char* name) {
  py::object key = py::reinterpret_steal<py::object>(PyUnicode_InternFromString(name));
  return _PyType_Lookup(type, key.ptr());
}

PyTypeObject* NativeBase(PyTypeObject* type) {
  while (type->tp_flags & Py_TPFLAGS_HEAPTYPE) type = type->tp_base;
  return type;
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

// Instances have a dict; members of an enum, which come back by their names, are left aside.
bool MayForget(PyTypeObject* type) {
  if (!type->tp_dictoffset && !(type->tp_flags & Py_TPFLAGS_MANAGED_DICT)) return false;
  for (Py_ssize_t i = 0, n = type->tp_mro ? PyTuple_GET_SIZE(type->tp_mro) : 0; i < n; ++i)
    if (TypeLabel(reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(type->tp_mro, i))) == "enum.Enum") return false;
  return true;
}

}  // namespace

void Types::NewLook() {
  if (!adapters_) adapters_ = py::module_::import("kernelferry.objects.adapters").attr("adapters");  // which lets other threads run
  for (auto& r : recent_) r = {};
  ++look_;
  // Types without a version tag, or with another than then, are looked at again; dead ones have neither.
  if (infos_.size() > 4096) infos_.clear();
}

const TypeInfo& Types::Find(PyTypeObject* type) {
  std::unique_ptr<TypeInfo>& info = infos_[type];
  if (info && info->look != look_ && !info->session && !IsFoundByName(type) && IsSessionClass(type)) info.reset();
  if (!info || info->version == 0 || info->version != type->tp_version_tag) {
    TypeInfo fresh;
    fresh.label = TypeLabel(type);
    fresh.session = IsSessionClass(type);
    Classify(type, &fresh);
    fresh.fields = fresh.kind == Kind::kReduced && !fresh.children && !(fresh.user && fresh.reduce) && MayForget(type);
    // Any look-up gives the type a tag; it changes with the class, and a new class never gets an old one.
    LookUp(type, "__class__");
    bool fixed = !(type->tp_flags & Py_TPFLAGS_HEAPTYPE);
    fresh.version = type->tp_version_tag ? type->tp_version_tag : fixed;
    // In place: a walk on the way may hold the old one (a reduction can add __slotnames__ to a class).
    if (!info) info = std::make_unique<TypeInfo>();
    *info = std::move(fresh);
  }
  info->look = look_;
  return *info;
}

void Types::Classify(PyTypeObject* type, TypeInfo* info) {
  if (const std::optional<Kind> kind = BuiltinKind(type)) {
    info->kind = *kind;
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
    // By either one everything can be reached, and neither is the session's: a task of asyncio holds the loop.
    if (label == "IPython.core.interactiveshell.InteractiveShell" || label == "kernelferry.engine.loop.Loop") info->kind = Kind::kDoor;
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
