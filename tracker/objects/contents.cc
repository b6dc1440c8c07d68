// What an object is made of: for each kind, what goes into the encoding at once, and which children are visited after.
#include "tracker/objects/walk.h"

#include <structmember.h>

#include <algorithm>
#include <cmath>
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

PyMemberDef* ObjectMember(PyMemberDef* member) {
  while (member->name && member->type != T_OBJECT && member->type != T_OBJECT_EX) ++member;
  return member->name ? member : nullptr;
}

// Attributes of a class that are caches or descriptors of its layout.
bool IsClassState(PyObject* name, PyObject* value) {
  if (Py_TYPE(value) == &PyGetSetDescr_Type) return false;
  for (const char* no : {"__abstractmethods__", "_abc_impl", "__slotnames__"})
    if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, no) == 0) return false;
  return true;
}

// What was registered with an abstract base class, in the order of names. Borrowed: classes die in a collection only.
std::vector<PyObject*> Registered(PyTypeObject* type) {
  std::vector<PyObject*> result;
  if (!PyDict_GetItemString(type->tp_dict, "_abc_impl")) return result;
  try {
    py::tuple dump = py::module_::import("_abc").attr("_get_dump")(py::handle(reinterpret_cast<PyObject*>(type)));
    for (py::handle reference : dump[0])
      if (PyObject* target = PyWeakref_GetObject(reference.ptr()); PyType_Check(target)) result.push_back(target);
  } catch (py::error_already_set&) {
    // Something else of that name.
  }
  auto label = [](PyObject* target) { return TypeLabel(reinterpret_cast<PyTypeObject*>(target)); };
  std::sort(result.begin(), result.end(), [&](PyObject* a, PyObject* b) { return label(a) < label(b); });
  return result;
}

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
      if (first_pass_) units_[unit_].bytes += size;
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

namespace {

// Its hash is the same in every process with this PYTHONHASHSEED. (None, nan and most objects hash by address.)
bool HashesByValue(PyObject* element, int depth = 0) {
  if (PyFloat_CheckExact(element)) return !std::isnan(PyFloat_AS_DOUBLE(element));
  if (PyTuple_CheckExact(element) && depth < 4) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(element); ++i)
      if (!HashesByValue(PyTuple_GET_ITEM(element, i), depth + 1)) return false;
    return true;
  }
  return PyUnicode_CheckExact(element) || PyLong_CheckExact(element) || PyBool_Check(element) || PyBytes_CheckExact(element);
}

}  // namespace

// Plain elements go in as a sum, each with its slot in the set's table: `list(s)` and `s.pop()` follow the slots. Where an
// element hashes by address, the slots say nothing and are left out. What is no plain value (instances, by identity) is
// visited in the order of a shallow digest.
void Walk::ExpandElements(PyObject* set, Tag tag) {
  encoder_.Put(tag, static_cast<std::uint64_t>(PySet_GET_SIZE(set)));
  Digest sum;
  std::uint64_t slots = 0;
  bool ordered = true;
  std::vector<std::pair<Digest, PyObject*>> others;
  PyObject* element;
  Py_ssize_t pos = 0;
  Py_hash_t hash;
  while (_PySet_NextEntry(set, &pos, &element, &hash)) {
    if (!Step()) return;
    Encoder one;
    if (PureDigest(element, one, 0)) {
      Digest d = one.Finish();
      sum.high += d.high + (sum.low + d.low < sum.low);
      sum.low += d.low;
      slots += d.high * static_cast<std::uint64_t>(2 * pos + 1);
      if (stopped_) return;  // another thread may have taken the element away
      ordered = ordered && HashesByValue(element);
      if (first_pass_) {
        ++units_[unit_].objects;
        units_[unit_].bytes += LeafBytes(element);
      }
      bool common = Py_REFCNT(element) == 1 || EncodeLeaf(one, element) == Leaf::kCommon || PyType_Check(element) ||
                    PyFunction_Check(element) || PyCFunction_Check(element);
      if (!common) NoteDistinct(element, false);
    } else {
      Encoder shallow;
      ShallowDigest(element, shallow, 0);
      others.emplace_back(shallow.Finish(), element);
      ordered = false;
    }
  }
  encoder_.Put(Tag::kElements, sum);
  if (ordered) {
    const auto* table = reinterpret_cast<PySetObject*>(set);
    for (auto number : {table->mask, table->fill, table->finger}) encoder_.Number(static_cast<std::uint64_t>(number));
    encoder_.Number(slots);
  }
  std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t from = pending_.size();
  for (const auto& other : others) pending_.push_back(other.second);
  if (!others.empty()) PushPending(set, Shape::kParts, from);
}

// Encodes `object` by value if nothing in it can change or be told apart by `is`; false otherwise.
bool Walk::PureDigest(PyObject* object, Encoder& e, int depth) {
  if (EncodeLeaf(e, object) != Leaf::kNo) return true;
  if (depth > 20) return false;
  if (PyTuple_CheckExact(object)) {
    e.Put(Tag::kTuple, static_cast<std::uint64_t>(PyTuple_GET_SIZE(object)));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(object); ++i)
      if (!PureDigest(PyTuple_GET_ITEM(object, i), e, depth + 1)) return false;
    return true;
  }
  if (PyFrozenSet_CheckExact(object)) {
    Digest sum;
    PyObject* element;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    while (_PySet_NextEntry(object, &pos, &element, &hash)) {
      Encoder one;
      if (!PureDigest(element, one, depth + 1)) return false;
      Digest d = one.Finish();
      sum.high += d.high;
      sum.low += d.low;
    }
    e.Put(Tag::kFrozenset, sum);
    return true;
  }
  const TypeInfo& info = types_.Of(Py_TYPE(object));
  if (info.kind == Kind::kClass) {
    const TypeInfo& self = types_.Of(reinterpret_cast<PyTypeObject*>(object));
    if (self.session) return false;
    e.Put(Tag::kLibrary, self.label);
    return true;
  }
  if (info.kind == Kind::kFunction) {
    if (IsSessionFunction(object) || Types::IsLocalFunction(object)) return false;
    auto* f = reinterpret_cast<PyFunctionObject*>(object);
    return f->func_module && EncodeLeaf(e, f->func_module) != Leaf::kNo && EncodeLeaf(e, f->func_qualname) != Leaf::kNo;
  }
  if (info.kind == Kind::kBuiltin) {
    auto* f = reinterpret_cast<PyCFunctionObject*>(object);
    e.Put(Tag::kBuiltin, f->m_ml->ml_name);
    return !f->m_self || PyModule_Check(f->m_self) || PureDigest(f->m_self, e, depth + 1);
  }
  if (info.kind == Kind::kScalar) {
    e.Put(Tag::kScalar, info.label);
    e.Raw(reinterpret_cast<const char*>(object) + sizeof(PyObject), info.scalar_size);
    return true;
  }
  if (!info.immutable || info.user || info.kind != Kind::kReduced) return false;
  PyObject* parts = Parts(object, info);
  if (!parts || stopped_) return false;
  e.Put(Tag::kReduced, info.label);
  if (PyUnicode_Check(parts)) return EncodeLeaf(e, parts) != Leaf::kNo;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(parts); ++i)
    if (!PureDigest(PyList_GET_ITEM(parts, i), e, depth + 1)) return false;
  reductions_.Drop(object);
  return true;
}

// Orders elements of a set that are no plain values. It looks a few levels deep; equals keep the order of the set. Once the
// walk is torn, what has not been met yet may be gone: nothing of it is touched.
void Walk::ShallowDigest(PyObject* object, Encoder& e, int depth) {
  constexpr int kDepth = 4;
  constexpr Py_ssize_t kWidth = 64;
  if (stopped_ || !object || PureDigest(object, e, 0) || stopped_ || depth > kDepth) return;
  PyTypeObject* type = Py_TYPE(object);
  const TypeInfo& info = types_.Of(type);
  e.Put(Tag::kInstance, info.label);
  if (PyTuple_Check(object) || PyList_Check(object)) {
    for (Py_ssize_t i = 0, n = std::min(kWidth, Py_SIZE(object)); i < n && !stopped_; ++i)
      ShallowDigest(PySequence_Fast_GET_ITEM(object, i), e, depth + 1);
  } else if (PyFunction_Check(object)) {
    e.Put(Tag::kCode, codes_.Of(reinterpret_cast<PyFunctionObject*>(object)->func_code).digest);
  } else if (PyType_Check(object)) {
    e.Put(Tag::kClass, TypeLabel(reinterpret_cast<PyTypeObject*>(object)));
  } else if (info.kind == Kind::kInstance) {
    std::size_t from = pending_.size();
    AppendFields(object, info);
    std::vector<PyObject*> fields(pending_.begin() + from, pending_.end());
    pending_.resize(from);
    if (info.base >= Kind::kInt && info.base <= Kind::kBytes && info.base != Kind::kComplex) {
      if (info.base == Kind::kInt) EncodeInt(e, object);
      else if (info.base == Kind::kFloat) EncodeFloat(e, object);
      else if (info.base == Kind::kStr) EncodeStr(e, object);
      else EncodeBytes(e, object);
    }
    for (PyObject* field : fields) ShallowDigest(field, e, depth + 1);
  } else if (info.kind == Kind::kReduced) {
    PyObject* parts = Parts(object, info);
    if (parts && PyList_Check(parts))
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(parts); ++i) ShallowDigest(PyList_GET_ITEM(parts, i), e, depth + 1);
  }
}

void Walk::ExpandInstance(PyObject* object, const TypeInfo& info) {
  if (!info.opaque.empty()) MarkOpaque(info.label);
  encoder_.Put(Tag::kInstance);
  PutClass(Py_TYPE(object), info);
  std::size_t from = pending_.size();
  AppendFields(object, info);
  PushPending(object, Shape::kFields, from);
  ExpandBase(object, info.base);
}

// Slots, then the dict, as name, value, name, value ...
void Walk::AppendFields(PyObject* object, const TypeInfo& info) {
  for (const Slot& slot : info.slots) {
    PyObject* value = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + slot.offset);
    if (info.caches.contains(slot.name)) {
      cached_.push_back(value);
      continue;
    }
    pending_.push_back(nullptr);
    pending_.push_back(value);
  }
  if (PyObject* dict = InstanceDict(object)) return AppendDict(dict, &info);
  ++number_;
  std::size_t from = pending_.size();
  AppendInlineFields(object, &pending_);
  if (info.caches.empty()) return;
  for (std::size_t i = from; i < pending_.size();) {
    if (info.caches.contains(PyUnicode_AsUTF8(pending_[i]))) {
      cached_.push_back(pending_[i + 1]);
      pending_.erase(pending_.begin() + i, pending_.begin() + i + 2);
    } else {
      i += 2;
    }
  }
}

// The dict of an object counts as part of it, and keeps a number of its own: someone may hold `vars(x)`.
void Walk::AppendDict(PyObject* dict, const TypeInfo* info) {
  std::uint32_t number = ++number_;
  if (Py_REFCNT(dict) > 1) {
    auto [entry, fresh] = table_.Insert(dict);
    if (fresh) {
      entry->unit = unit_;
      entry->edges = 1;
      entry->flags = Entry::kMutable;
    } else {
      if (first_pass_ && !again_) ++entry->edges;
      if (entry->flags & Entry::kReference) return;
      if (entry->walk == walk_) return encoder_.Put(Tag::kBack, entry->number);
      if (first_pass_) {
        Link(entry->unit);
        return encoder_.Put(Tag::kForeign);
      }
    }
    entry->walk = walk_;
    entry->number = number;
  }
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &name, &value)) {
    if (info && !info->caches.empty() && PyUnicode_Check(name)) {
      const char* text = PyUnicode_AsUTF8(name);
      if (!text) PyErr_Clear();
      if (text && info->caches.contains(text)) {
        cached_.push_back(value);
        continue;
      }
    }
    pending_.push_back(name);
    pending_.push_back(value);
  }
}

void Walk::AppendMembers(PyObject* object, PyTypeObject* type) {
  for (PyMemberDef* m = type->tp_members; m && (m = ObjectMember(m)); ++m)
    pending_.push_back(*reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + m->offset));
}

// Arguments, what it was raised from, and the members of builtin exceptions. Tracebacks are cut: they lead to frames.
void Walk::ExpandException(PyObject* object) {
  auto* e = reinterpret_cast<PyBaseExceptionObject*>(object);
  encoder_.Put(Tag::kException, e->suppress_context);
  std::size_t from = pending_.size();
  for (PyObject* part : {e->args, e->cause, e->context}) pending_.push_back(part);
  for (PyTypeObject* t = Py_TYPE(object); t; t = t->tp_base)
    if (!(t->tp_flags & Py_TPFLAGS_HEAPTYPE)) AppendMembers(object, t);
  PushPending(object, Shape::kParts, from);
}

PyObject* Walk::Parts(PyObject* object, const TypeInfo& info) {
  if (stopped_) return nullptr;
  Pins pins(frames_);
  KeepGil();
  PyObject* parts = reductions_.Of(object, info);
  if (GilSwitches() != switches_) stopped_ = torn_ = true;
  return parts;
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

// It cannot be stored, but its state is there to be seen: a replay can be compared, and a cell that left it alone is no
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
  std::size_t from = pending_.size();
  pending_.push_back(view->obj);
  PushPending(object, Shape::kParts, from);
}

// What a function returned of its own constants is also a variable's: one object, also after a resume.
void Walk::NoteConstants(PyObject* constants) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants); ++i) {
    PyObject* constant = PyTuple_GET_ITEM(constants, i);
    if (PyCode_Check(constant)) {
      NoteConstants(reinterpret_cast<PyCodeObject*>(constant)->co_consts);
    } else if (Py_REFCNT(constant) > 1 && IsDistinctLeaf(constant)) {
      NoteDistinct(constant, true);
    }
  }
}

void Walk::ExpandFunction(PyObject* object) {
  auto* f = reinterpret_cast<PyFunctionObject*>(object);
  const CodeInfo& code = codes_.Of(f->func_code);
  units_[unit_].codes.push_back(&code);
  encoder_.Put(Tag::kFunction, code.digest);
  NoteConstants(reinterpret_cast<PyCodeObject*>(f->func_code)->co_consts);
  std::size_t from = pending_.size();
  for (PyObject* part : {f->func_name, f->func_qualname, f->func_module ? f->func_module : Py_None, f->func_doc, f->func_defaults, f->func_kwdefaults})
    pending_.push_back(part);
  if (f->func_globals != namespace_.ptr() && !modules_.Find(f->func_globals)) pending_.push_back(f->func_globals);
  // Cells are what closures share; the tuple around them is not.
  for (Py_ssize_t i = 0, n = f->func_closure ? PyTuple_GET_SIZE(f->func_closure) : 0; i < n; ++i)
    pending_.push_back(PyTuple_GET_ITEM(f->func_closure, i));
  std::size_t annotations = pending_.size();
  if (f->func_annotations && PyTuple_CheckExact(f->func_annotations)) {  // not yet made into a dict
    ++number_;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(f->func_annotations); ++i)
      pending_.push_back(PyTuple_GET_ITEM(f->func_annotations, i));
  } else if (f->func_annotations) {
    AppendDict(f->func_annotations, nullptr);
  } else {
    ++number_;
  }
  encoder_.Number(pending_.size() - annotations);
  if (f->func_dict) AppendDict(f->func_dict, nullptr);
  else ++number_;
  encoder_.Number(pending_.size() - from);
  PushPending(object, Shape::kParts, from);
}

void Walk::ExpandClass(PyObject* object) {
  auto* type = reinterpret_cast<PyTypeObject*>(object);
  encoder_.Put(Tag::kClass, units_[unit_].name);
  PutClass(Py_TYPE(object), types_.Of(Py_TYPE(object)));
  std::size_t from = pending_.size();
  pending_.push_back(type->tp_bases);
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(type->tp_dict, &pos, &name, &value)) {
    if (!IsClassState(name, value)) continue;
    pending_.push_back(name);
    pending_.push_back(value);
  }
  for (PyObject* registered : Registered(type)) pending_.push_back(registered);
  // A metaclass may give its classes fields; they lie in the same dict.
  encoder_.Number(pending_.size() - from);
  PushPending(object, Shape::kParts, from);
}

void Walk::ExpandArray(PyObject* object, const TypeInfo& info) {
  auto* a = reinterpret_cast<Array*>(object);
  if (!arrays_.Readable(object)) {
    MarkOpaque(info.label);
    return encoder_.Put(Tag::kOpaque, info.label);
  }
  const DtypeInfo& dtype = arrays_.Dtype(a->descr);
  encoder_.Put(Tag::kArray, dtype.digest);
  PutClass(Py_TYPE(object), info);
  encoder_.Number(a->writeable());
  encoder_.Number(a->nd);
  for (int i = 0; i < a->nd; ++i) encoder_.Number(a->dimensions[i]);
  if (!info.opaque.empty()) MarkOpaque(info.label);
  std::size_t from = pending_.size();
  if (info.kind == Kind::kArray && Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE) AppendFields(object, info);
  PushPending(object, Shape::kFields, from);
  from = pending_.size();
  if (Array* base = BaseOf(a)) {
    encoder_.Put(Tag::kView, static_cast<std::uint64_t>(a->data - base->data));
    for (int i = 0; i < a->nd; ++i) encoder_.Number(a->strides[i]);
    pending_.push_back(reinterpret_cast<PyObject*>(base));
    return PushPending(object, Shape::kMemory, from);
  }
  if (first_pass_) {
    auto [low, high] = Arrays::Extent(a, dtype.item_size);
    if (low < high) spans_.push_back({low, high, unit_});
    units_[unit_].bytes += a->size() * dtype.item_size;
  }
  if (PyObject* holder = Arrays::Holder(a)) {
    if (std::string label = TypeLabel(Py_TYPE(holder)); label == "mmap.mmap") MarkOpaque("memory-mapped file");
    if (IsState(holder)) {
      pending_.push_back(holder);
      PushPending(object, Shape::kMemory, from);
    }
  }
  PutItems(object, dtype);
}

// The nearest array whose memory `array` looks into and that is state as well. nullptr: `array` stands for its items.
Array* Walk::BaseOf(Array* array) {
  for (PyObject* base = Arrays::BaseOf(array); base && IsArray(base); base = Arrays::BaseOf(reinterpret_cast<Array*>(base)))
    if (IsState(base)) return reinterpret_cast<Array*>(base);
  return nullptr;
}

// What holds the memory of an array is state if the units lead to it in another way as well, or by another array. What only
// this array has is an accident of how the array was made, and so is what somebody outside of all units holds.
bool Walk::IsState(PyObject* memory) {
  if (Py_REFCNT(memory) == 1) return false;
  if (first_pass_) {
    held_bases_.emplace_back(memory, unit_);
    return true;
  }
  const Entry* entry = table_.Find(memory);
  return entry && entry->flags & (Entry::kMet | Entry::kReference);
}

// The items of an array that stands for its memory, in the order they lie if that is C or Fortran order, else in C order.
void Walk::PutItems(PyObject* object, const DtypeInfo& dtype) {
  auto* a = reinterpret_cast<Array*>(object);
  bool fortran = a->f_contiguous() && !a->c_contiguous();
  encoder_.Number(fortran);
  if (dtype.has_objects && !dtype.plain_objects) MarkOpaque("array of records with objects");
  if (dtype.plain_objects) {
    if (a->c_contiguous() || fortran) return Push(object, Shape::kItems, 0, a->size());
    std::size_t from = pending_.size();
    EachRun(a, dtype.item_size, [&](const char* run, Py_ssize_t n) {
      auto* items = reinterpret_cast<PyObject* const*>(run);
      pending_.insert(pending_.end(), items, items + n);
      return true;
    });
    return PushPending(object, Shape::kParts, from);
  }
  std::size_t size = a->size() * dtype.item_size;
  if (a->c_contiguous() || fortran) return PutLarge(object, a->data, size, Arrays::OwnsMemory(a));
  // The same encoding as of a contiguous array with these items.
  Digester digester;
  std::size_t since = 0;
  EachRun(a, dtype.item_size, [&](const char* run, Py_ssize_t n) {
    digester.Add(run, n * dtype.item_size);
    since += n * dtype.item_size;
    if (since >= 1 << 18) {
      since = 0;
      stopped_ = MainStop().AskedNow();
    }
    return !stopped_;
  });
  encoder_.Put(Tag::kBuffer, static_cast<std::uint64_t>(size));
  encoder_.Put(Tag::kBuffer, digester.Finish());
}

}  // namespace ferry::objects
