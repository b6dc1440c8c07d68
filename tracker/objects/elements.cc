// Sets, whose elements have no order of their own: plain elements are encoded as a sum, others in the order of their digests.
#include "tracker/objects/walk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tracker/objects/origin.h"

namespace ferry::objects {
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
    return EncodeFrozenset(e, object, [&](Encoder& one, PyObject* element) { return PureDigest(element, one, depth + 1); });
  }
  const TypeInfo& info = types_.Of(Py_TYPE(object));
  if (info.kind == Kind::kClass) {
    const TypeInfo& self = types_.Of(reinterpret_cast<PyTypeObject*>(object));
    if (self.session) return false;
    e.Put(Tag::kLibrary, self.label);
    return true;
  }
  if (info.kind == Kind::kFunction) {
    if (IsSessionFunction(object) || IsLocalFunction(object)) return false;
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

}  // namespace ferry::objects
