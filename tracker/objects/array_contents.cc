// Arrays: a view is its place in the array it looks into, as long as that is state as well; any other array is its items.
#include "tracker/objects/walk.h"

#include "tracker/objects/origin.h"
#include "util/stop.h"

namespace ferry::objects {

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
    // What a reduction has made of memory that is another's only looks at it.
    if (made_ && !a->writeable() && !Arrays::OwnsMemory(a)) spans_.AddReader(low, high, unit_);
    else spans_.Add(low, high, unit_);
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
