// What an object is made of: for each kind, what goes into the encoding at once, and which children are visited after.
#include "tracker/objects/walk.h"

#include <utility>

#include "util/stop.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// Holds what the walk stands on while library code runs.
class Pins {
 public:
  template <typename Frames>
  explicit Pins(const Frames& frames) {
    for (const auto& f : frames) held_.push_back(py::reinterpret_borrow<py::object>(f.object));
  }

 private:
  std::vector<py::object> held_;
};

}  // namespace

void Walk::Expand(PyObject* object, const TypeInfo& info) {
  switch (info.kind) {
    case Kind::kList: case Kind::kTuple: case Kind::kDict: case Kind::kSet: case Kind::kFrozenset: case Kind::kByteArray:
      return ExpandBase(object, info.kind);
    case Kind::kMembers: {
      encoder_.Put(Tag::kMembers, info.label);
      std::size_t from = pending_.size();
      AppendMembers(object, Py_TYPE(object));
      if (PyObject* dict = InstanceDict(object)) AppendDict(dict, nullptr);
      else if (Py_TYPE(object)->tp_dictoffset) ++number_;  // it comes into being when somebody asks for it
      return PushPending(object, Shape::kParts, from);
    }
    case Kind::kTraversed:
      encoder_.Put(Tag::kMembers, info.label);
      return Traverse(object);
    case Kind::kModule: {
      if (Py_TYPE(object) != &PyModule_Type) MarkOpaque("module");
      encoder_.Put(Tag::kOpaque, info.label);
      std::size_t from = pending_.size();
      AppendDict(PyModule_GetDict(object), nullptr);
      return PushPending(object, Shape::kFields, from);
    }
    case Kind::kFunction: return ExpandFunction(object);
    case Kind::kBuiltin: {
      std::size_t from = pending_.size();
      pending_.push_back(reinterpret_cast<PyCFunctionObject*>(object)->m_self);
      return PushPending(object, Shape::kParts, from);
    }
    case Kind::kMemoryView: return ExpandMemoryView(object);
    case Kind::kGenerator: return ExpandGenerator(object);
    case Kind::kArray: return ExpandArray(object, info);
    case Kind::kInstance: return ExpandInstance(object, info);
    case Kind::kReduced: return ExpandReduced(object, info);
    default: return ExpandOpaque(object);
  }
}

// The contents of a builtin container or value; `object` may be of a subclass.
void Walk::ExpandBase(PyObject* object, Kind base) {
  switch (base) {
    case Kind::kList:
      encoder_.Put(Tag::kList, static_cast<std::uint64_t>(PyList_GET_SIZE(object)));
      return Push(object, Shape::kList);
    case Kind::kTuple:
      encoder_.Put(Tag::kTuple, static_cast<std::uint64_t>(PyTuple_GET_SIZE(object)));
      return Push(object, Shape::kTuple);
    case Kind::kDict:
      encoder_.Put(Tag::kDict, static_cast<std::uint64_t>(PyDict_GET_SIZE(object)));
      return Push(object, Shape::kDict);
    case Kind::kSet: return ExpandElements(object, Tag::kSet);
    case Kind::kFrozenset: return ExpandElements(object, Tag::kFrozenset);
    case Kind::kByteArray: {
      std::size_t size = PyByteArray_GET_SIZE(object);
      if (first_pass_) {
        units_[unit_].bytes += size;
        spans_.Add(PyByteArray_AS_STRING(object), PyByteArray_AS_STRING(object) + size, unit_);
      }
      encoder_.Put(Tag::kByteArray);
      return PutLarge(object, PyByteArray_AS_STRING(object), size, false);
    }
    case Kind::kInt: EncodeInt(encoder_, object); return;
    case Kind::kFloat: EncodeFloat(encoder_, object); return;
    case Kind::kStr: EncodeStr(encoder_, object); return;
    case Kind::kBytes: EncodeBytes(encoder_, object); return;
    case Kind::kComplex: encoder_.Raw(&reinterpret_cast<PyComplexObject*>(object)->cval, sizeof(Py_complex)); return;
    case Kind::kException: return ExpandException(object);
    default: return;
  }
}

PyObject* Walk::Parts(PyObject* object, const TypeInfo& info) {
  if (stopped_) return nullptr;
  Pins pins(frames_);
  KeepGil();
  PyObject* parts = reductions_.Of(object, info);
  if (GilSwitches() != switches_) stopped_ = torn_ = true;
  if (!parts && MainStop().AskedNow()) stopped_ = true;  // for which it may have ended
  return parts;
}

// Attributes were hung on it, and may be again: it is no value, whatever its type is.
bool Walk::IsHung(PyObject* object, const TypeInfo& info) {
  return info.fields && HasFields(object) && Parts(object, info) && reductions_.IsHung(object);
}

void Walk::ExpandReduced(PyObject* object, const TypeInfo& info) {
  if (MainStop().AskedNow()) stopped_ = true;
  if (info.immutable) {
    Encoder value;
    if (PureDigest(object, value, 0)) return encoder_.Put(Tag::kElements, value.Finish());
  }
  PyObject* parts = Parts(object, info);
  if (stopped_) return;
  if (!parts) return ExpandOpaque(object);
  if (!info.opaque.empty()) MarkOpaque(info.label);
  if (PyUnicode_Check(parts)) {
    encoder_.Put(Tag::kNamed, info.label);
    EncodeLeaf(encoder_, parts);
    return;
  }
  encoder_.Put(Tag::kReduced);
  PutClass(Py_TYPE(object), info);
  if (first_pass_ && info.label == "array.array") {
    if (Py_buffer view; PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) == 0) {
      spans_.Add(static_cast<const char*>(view.buf), static_cast<const char*>(view.buf) + view.len, unit_);
      PyBuffer_Release(&view);
    } else {
      PyErr_Clear();
    }
  }
  if (info.user && info.reduce) {  // a library's reduction may leave out what instances of a class of the session hold
    std::size_t from = pending_.size();
    if (PyObject* dict = InstanceDict(object)) AppendDict(dict, &info);
    else AppendInlineFields(object, &pending_);
    PushPending(object, Shape::kFields, from);
  }
  const bool made = std::exchange(made_, true);
  Push(parts, Shape::kList);
  made_ = made;
  encoder_.Number(static_cast<std::uint64_t>(PyList_GET_SIZE(parts)));
  if (IsArray(object)) ExpandArray(object, info);
}

void Walk::Traverse(PyObject* object) {
  std::size_t from = pending_.size();
  if (traverseproc traverse = Py_TYPE(object)->tp_traverse) {
    auto visit = [](PyObject* child, void* out) {
      static_cast<std::vector<PyObject*>*>(out)->push_back(child);
      return 0;
    };
    traverse(object, visit, &pending_);
  }
  PushPending(object, Shape::kParts, from);
}

// What it holds still links. The encoding says no more than its type.
void Walk::ExpandOpaque(PyObject* object) {
  const TypeInfo& info = types_.Of(Py_TYPE(object));
  MarkOpaque(info.label);
  encoder_.Put(Tag::kOpaque, info.label);
  if (IsArray(object)) return ExpandArray(object, info);
  Traverse(object);
}

// Before its end hardly one can be stored, but its state is there to be seen: a replay can be compared, and a cell that left it alone is no
// maker of it.
void Walk::ExpandGenerator(PyObject* object) {
  std::size_t from = pending_.size();
  const std::int64_t position = AppendGenerator(object, &pending_);
  if (position == GeneratorPosition::kUnknown) return ExpandOpaque(object);
  encoder_.Put(Tag::kGenerator, static_cast<std::uint64_t>(position));
  for (PyObject* name : {reinterpret_cast<PyGenObject*>(object)->gi_name, reinterpret_cast<PyGenObject*>(object)->gi_qualname})
    pending_.push_back(name);
  PushPending(object, Shape::kParts, from);
}

void Walk::ExpandMemoryView(PyObject* object) {
  Py_buffer* view = PyMemoryView_GET_BUFFER(object);
  encoder_.Put(Tag::kView, view->format ? view->format : "B");
  encoder_.Number(view->readonly);
  encoder_.Number(view->ndim);
  for (int i = 0; i < view->ndim; ++i) {
    encoder_.Number(view->shape ? view->shape[i] : view->len);
    encoder_.Number(view->strides ? view->strides[i] : view->itemsize);
  }
  const char* start = nullptr;
  if (view->obj) {
    if (PyBytes_Check(view->obj)) start = PyBytes_AS_STRING(view->obj);
    else if (PyByteArray_Check(view->obj)) start = PyByteArray_AS_STRING(view->obj);
    else if (IsArray(view->obj)) start = reinterpret_cast<Array*>(view->obj)->data;
  }
  if (start) encoder_.Number(static_cast<const char*>(view->buf) - start);
  // What an adapter gives for memory of C: it stands for what lies there.
  if (made_ && !start && PyBuffer_IsContiguous(view, 'C')) {
    const auto* low = static_cast<const char*>(view->buf);
    if (first_pass_) {
      spans_.AddReader(low, low + view->len, unit_);
      units_[unit_].bytes += view->len;
    }
    PutLarge(object, low, view->len, false);
  }
  std::size_t from = pending_.size();
  pending_.push_back(view->obj);
  PushPending(object, Shape::kParts, from);
}

}  // namespace ferry::objects
