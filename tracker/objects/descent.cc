// The loop of a walk: from object to child, depth first, without recursion. Plain values, which most objects are, are
// encoded right here.
#include "tracker/objects/walk.h"

#include "tracker/objects/prefetch.h"

namespace ferry::objects {
namespace {

// Writes `item` to `out` as EncodeInt or EncodeFloat would, if it is of one digit, or a float, and its identity says nothing.
[[gnu::always_inline]] inline bool PutSmallNumber(PyObject* item, char* out) {
  Tag tag;
  std::uint64_t number;
  if (Py_TYPE(item) == &PyLong_Type) {
    const Py_ssize_t size = Py_SIZE(item);
    if (size < -1 || size > 1) return false;
    const std::int64_t value = size ? std::int64_t{reinterpret_cast<PyLongObject*>(item)->ob_digit[0]} * size : 0;
    if (Py_REFCNT(item) > 1 && (value < -5 || value > 256)) return false;
    tag = Tag::kInt;
    number = static_cast<std::uint64_t>(value);
  } else if (Py_TYPE(item) == &PyFloat_Type && Py_REFCNT(item) == 1) {
    const double value = PyFloat_AS_DOUBLE(item);
    tag = Tag::kFloat;
    std::memcpy(&number, &value, sizeof number);
  } else {
    return false;
  }
  *out = static_cast<char>(tag);
  std::memcpy(out + 1, &number, sizeof number);
  return true;
}

}  // namespace

// Encodes the ints and floats at `at` and after, at most some hundred, as Visit would. Returns where it ended.
Py_ssize_t Walk::VisitPlain(PyObject* const* items, Py_ssize_t at, Py_ssize_t end) {
  constexpr Py_ssize_t kFar = 32;
  const Py_ssize_t begin = at, last = std::min(end, at + 256);
  // What fills long lists, without a look at the buffer for each: little slower than memory is read.
  if (last - at >= 16 && items[at] && (PyLong_CheckExact(items[at]) || PyFloat_CheckExact(items[at]))) {
    char* out = encoder_.Room(last - at);
    PyObject* const* ahead = last + kFar <= end ? items + kFar : items;  // nearly at the end nothing is left to fetch
    for (; at < last && items[at] && PutSmallNumber(items[at], out); ++at, out += Encoder::kNumber) __builtin_prefetch(ahead[at]);
    encoder_.Wrote(out);
  }
  for (; at < last; ++at) {
    PyObject* item = items[at];
    if (at + kFar < end && items[at + kFar]) __builtin_prefetch(items[at + kFar]);
    if (!item) break;
    PyTypeObject* type = Py_TYPE(item);
    Leaf leaf = Leaf::kDistinct;
    if (type == &PyLong_Type) leaf = EncodeInt(encoder_, item);
    else if (type == &PyFloat_Type) EncodeFloat(encoder_, item);
    else break;
    if (leaf == Leaf::kDistinct && Py_REFCNT(item) > 1) NoteDistinct(item, true);
  }
  if (first_pass_) units_[unit_].objects += at - begin;
  steps_ += static_cast<std::uint32_t>(at - begin);
  return at;
}

// Each turn visits children of the topmost frame until one of them opens a frame of its own.
bool Walk::Drain() {
  while (!frames_.empty()) {
    std::size_t depth = frames_.size();
    again_ = frames_.back().again;
    listing_ = frames_.back().listing;
    made_ = frames_.back().made;
    PyObject* object = frames_.back().object;
    bool done = false;
    while (frames_.size() == depth) {
      if (!Step()) return false;
      Frame& f = frames_.back();
      switch (f.shape) {
        case Shape::kList: {
          Py_ssize_t n = PyList_GET_SIZE(object);
          PyObject** items = reinterpret_cast<PyListObject*>(object)->ob_item;
          f.at = VisitPlain(items, f.at, n);
          if ((done = f.at >= n)) break;
          PrefetchAhead(items + f.at, n - f.at);
          Visit(items[f.at++]);
          break;
        }
        case Shape::kTuple:
          if ((done = f.at >= PyTuple_GET_SIZE(object))) break;
          Visit(PyTuple_GET_ITEM(object, f.at++));
          break;
        case Shape::kDict: {
          PyObject *key, *value;
          if (f.end) {  // the value of the key just visited
            value = reinterpret_cast<PyObject*>(f.end);
            f.end = 0;
            Visit(value);
            break;
          }
          if (Py_ssize_t ahead = f.at + 8; PyDict_GET_SIZE(object) > 32 && PyDict_Next(object, &ahead, &key, &value)) {
            __builtin_prefetch(key);
            __builtin_prefetch(value);
          }
          if ((done = !PyDict_Next(object, &f.at, &key, &value))) break;
          f.end = reinterpret_cast<Py_ssize_t>(value);
          Visit(key);
          break;
        }
        case Shape::kItems: {
          if ((done = f.at >= f.end)) break;
          auto* items = reinterpret_cast<PyObject**>(reinterpret_cast<Array*>(object)->data);
          PrefetchAhead(items + f.at, f.end - f.at);
          Visit(items[f.at++]);
          break;
        }
        case Shape::kFields:
        case Shape::kParts:
          if ((done = f.at >= f.end)) break;
          Visit(pending_[f.at++]);
          break;
        case Shape::kMemory:
          if ((done = f.at >= f.end)) break;
          memory_ = true;
          Visit(pending_[f.at++]);
          memory_ = false;
          break;
      }
      if (done) break;
    }
    if (stopped_) return false;
    if (done) {
      const Frame& f = frames_.back();
      if (f.shape >= Shape::kFields) pending_.resize(f.first);
      frames_.pop_back();
    }
  }
  return !stopped_;  // also where the root itself stopped it and opened no frame
}

void Walk::Visit(PyObject* object) {
  if (!object) return encoder_.Put(Tag::kAbsent);
  Unit& unit = units_[unit_];
  if (std::size_t bytes = LeafBytes(object)) {
    if (first_pass_) unit.bytes += bytes;
    if (bytes >= kLargeLeaf) {
      if (first_pass_) ++unit.objects;
      encoder_.Put(PyUnicode_CheckExact(object) ? Tag::kStr : Tag::kBytes);
      const void* data = PyUnicode_CheckExact(object) ? PyUnicode_DATA(object) : PyBytes_AS_STRING(object);
      PutLarge(object, data, bytes, true);
      if (Py_REFCNT(object) > 1) NoteDistinct(object, true);
      return;
    }
  }
  Leaf leaf = EncodeLeaf(encoder_, object);
  if (leaf == Leaf::kNo) return VisitObject(object);
  if (first_pass_) ++unit.objects;
  if (leaf == Leaf::kDistinct && Py_REFCNT(object) > 1) NoteDistinct(object, true);
}

// An immutable object that `is` can tell from its equals, and that is more than once referred to.
void Walk::NoteDistinct(PyObject* object, bool leaf) {
  if (!first_pass_ || again_) return;
  if (leaf || IsPlain(object) || types_.Of(Py_TYPE(object)).kind == Kind::kScalar) {
    return distinct_.Note(object, leaf && PyFloat_CheckExact(object), unit_, walk_);
  }
  auto [entry, fresh] = table_.Insert(object);
  if (fresh) entry->unit = unit_;
  else if (entry->walk != walk_) sharings_.push_back({object, entry->unit, unit_});
  entry->walk = walk_;
}

}  // namespace ferry::objects
