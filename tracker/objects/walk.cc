#include "tracker/objects/walk.h"

#include <algorithm>

#include "util/stop.h"

namespace py = pybind11;

namespace ferry::objects {

void Walk::Start() {
  if (walk_ > 1u << 31) walk_ = 0;
  table_.Clear(++walk_);
  plain_.Clear(walk_);
  types_.NewLook();
  codes_.Clear();
  arrays_.Clear();
  units_.clear();
  sharings_.clear();
  spans_.clear();
  weakly_held_.clear();
  held_bases_.clear();
  cached_.clear();
  large_.clear();
  before_ = nullptr;
  links_ = UnionFind();
  stopped_ = torn_ = false;
  switches_ = GilSwitches();
}

void Walk::Finish() {
  late_.fill({});
  frames_.clear();
  pending_.clear();
  reductions_.Clear();
}

std::uint32_t Walk::AddName(const std::string& name, PyObject* value, bool untouched) {
  auto id = static_cast<std::uint32_t>(units_.size());
  Unit unit;
  unit.root = value;
  unit.name = name;
  unit.untouched = untouched;
  units_.push_back(std::move(unit));
  links_.Resize(units_.size());
  return id;
}

bool Walk::Run() {
  first_pass_ = true;
  // Code units are added while the loop runs.
  for (std::uint32_t u = 0; u < units_.size(); ++u) {
    Begin();
    if (!WalkRoot(u)) return false;
    MeetAll();
    units_[u].digest = encoder_.Finish();
    units_[u].needs = met_;
  }
  std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.low < b.low; });
  const Span* widest = nullptr;
  for (const Span& s : spans_) {
    if (widest && s.low < widest->high) links_.Union(widest->unit, s.unit);
    if (!widest || s.high > widest->high) widest = &s;
  }
  first_pass_ = false;
  for (auto [memory, unit] : held_bases_) units_[unit].held_bases |= !IsState(memory);
  return true;
}

void Walk::Begin() {
  ++walk_;
  number_ = 0;
  met_.clear();
  order_.clear();
  last_code_ = nullptr;
  encoder_.Restart();
}

std::optional<Digest> Walk::Alone(std::uint32_t unit) {
  if (!units_[unit].held_bases) return units_[unit].digest;
  Begin();
  if (!WalkRoot(unit)) return std::nullopt;
  return encoder_.Finish();
}

std::optional<Digest> Walk::Together(std::vector<std::uint32_t> group) {
  std::sort(group.begin(), group.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Unit &x = units_[a], &y = units_[b];
    return std::tie(x.code, x.name, a) < std::tie(y.code, y.name, b);
  });
  // What shares objects with a unit that was touched counts as touched.
  if (std::any_of(group.begin(), group.end(), [&](std::uint32_t u) { return !units_[u].untouched; }))
    for (std::uint32_t u : group) units_[u].untouched = false;
  Begin();
  std::vector<bool> done(units_.size());
  auto walk = [&](std::uint32_t u) {
    done[u] = true;
    encoder_.Put(Tag::kRoot, units_[u].name);
    return WalkRoot(u);
  };
  // Names first, then the code units in the order in which they are met from there, then those met from nowhere.
  for (std::uint32_t u : group)
    if (!units_[u].code && !walk(u)) return std::nullopt;
  std::size_t met = 0;
  for (std::size_t next = 0;;) {
    while (met < met_.size()) {
      std::uint32_t u = met_[met++];
      if (!done[u] && std::find(group.begin(), group.end(), u) != group.end() && !walk(u)) return std::nullopt;
    }
    while (next < group.size() && done[group[next]]) ++next;
    if (next == group.size()) break;
    if (!walk(group[next])) return std::nullopt;
  }
  return encoder_.Finish();
}

bool Walk::WalkRoot(std::uint32_t unit) {
  unit_ = unit;
  frames_.clear();
  pending_.clear();
  again_ = listing_ = made_ = memory_ = false;
  PyObject* root = units_[unit].root;
  if (!units_[unit].code) {
    std::size_t before = met_.size();
    Visit(root);
    if (met_.size() > before && frames_.empty() && first_pass_)
      if (Entry* e = table_.Find(root); e && e->flags & Entry::kCodeUnit) units_[unit].parts.push_back(e->unit);
  } else if (PyType_Check(root)) {
    ExpandClass(root);
  } else {
    ExpandFunction(root);
  }
  return Drain();
}

bool Walk::Step() {
  if (GilSwitches() != switches_) stopped_ = torn_ = true;
  if (++steps_ >= 128) {
    steps_ = 0;
    if (MainStop().Asked()) stopped_ = true;
  }
  return !stopped_;
}

namespace {

// Brings what lies ahead in a long row into the cache: first the objects, then what they point to, then the first of that.
// Inlined always: GCC takes a function that only prefetches for one without effect and drops the call.
[[gnu::always_inline]] inline void PrefetchAhead(PyObject* const* items, Py_ssize_t left) {
  constexpr Py_ssize_t kFar = 64, kNear = 40, kNext = 20;
  if (left <= kFar) return;
  if (items[kFar]) __builtin_prefetch(items[kFar]);
  if (PyObject* o = items[kNear]) {
    if (PyList_CheckExact(o)) __builtin_prefetch(reinterpret_cast<PyListObject*>(o)->ob_item);
    else if (PyDict_CheckExact(o))
      for (int i = 0; i < 192; i += 64) __builtin_prefetch(reinterpret_cast<char*>(reinterpret_cast<PyDictObject*>(o)->ma_keys) + i);
    else __builtin_prefetch(reinterpret_cast<char*>(o) - 32), __builtin_prefetch(reinterpret_cast<char*>(o) + 64);
  }
  if (PyObject* o = items[kNext]) {
    if (PyList_CheckExact(o) && PyList_GET_SIZE(o) > 0) __builtin_prefetch(PyList_GET_ITEM(o, 0));
    else if (PyTuple_CheckExact(o))
      for (Py_ssize_t i = 0; i < Py_SIZE(o) && i < 4; ++i) __builtin_prefetch(PyTuple_GET_ITEM(o, i));
  }
}

}  // namespace

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

void Walk::VisitObject(PyObject* object) {
  const TypeInfo& info = types_.Of(Py_TYPE(object));
  if (first_pass_) ++units_[unit_].objects;
  switch (info.kind) {
    case Kind::kModule: {
      if (PyModule_GetDict(object) == namespace_.ptr()) units_[unit_].door = true;
      const char* name = PyModule_GetName(object);
      if (!name) PyErr_Clear();
      if (!IsImported(object) && PyModule_GetDict(object) != namespace_.ptr()) break;  // made by hand
      return encoder_.Put(Tag::kModule, name ? name : "?");
    }
    case Kind::kClass: {
      const TypeInfo& self = types_.Of(reinterpret_cast<PyTypeObject*>(object));
      return PutClass(reinterpret_cast<PyTypeObject*>(object), self);
    }
    case Kind::kFunction: {
      if (IsSessionFunction(object)) return Need(object);
      if (Types::IsLocalFunction(object)) break;
      auto* f = reinterpret_cast<PyFunctionObject*>(object);
      encoder_.Put(Tag::kLibrary);
      for (PyObject* part : {f->func_module, f->func_qualname})
        if (!part || EncodeLeaf(encoder_, part) == Leaf::kNo) encoder_.Put(Tag::kAbsent);
      return;
    }
    case Kind::kBuiltin: {
      auto* f = reinterpret_cast<PyCFunctionObject*>(object);
      encoder_.Put(Tag::kBuiltin, f->m_ml->ml_name);
      if (f->m_self && !PyModule_Check(f->m_self)) break;
      if (!f->m_module || EncodeLeaf(encoder_, f->m_module) == Leaf::kNo) encoder_.Put(Tag::kAbsent);
      return;
    }
    case Kind::kCode: {
      const CodeInfo& code = codes_.Of(object);
      units_[unit_].codes.push_back(&code);
      return encoder_.Put(Tag::kCode, code.digest);
    }
    case Kind::kNamed: {
      auto* descriptor = reinterpret_cast<PyDescrObject*>(object);
      encoder_.Put(Tag::kNamed, TypeLabel(descriptor->d_type));
      EncodeLeaf(encoder_, descriptor->d_name);
      return;
    }
    case Kind::kDoor:
      units_[unit_].door = true;
      if (PyFrame_Check(object)) MarkOpaque("frame");
      return encoder_.Put(Tag::kDoor, info.label);
    case Kind::kTraceback:
      MarkOpaque("traceback");
      return encoder_.Put(Tag::kTraceback);
    case Kind::kScalar:
      encoder_.Put(Tag::kScalar, info.label);
      encoder_.Raw(reinterpret_cast<const char*>(object) + sizeof(PyObject), info.scalar_size);
      if (Py_REFCNT(object) > 1) NoteDistinct(object, true);
      return;
    default:
      break;
  }
  if (object == namespace_.ptr()) {
    units_[unit_].door = true;
    return encoder_.Put(Tag::kDoor, "namespace");
  }
  VisitTracked(object, info);
}

void Walk::VisitTracked(PyObject* object, const TypeInfo& info) {
  std::uint32_t number = ++number_;
  bool again = again_, listing = listing_, made = made_;
  Py_ssize_t place = Py_TYPE(object)->tp_weaklistoffset;
  const bool weakly_held = place > 0 && *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + place);
  // What is reduced can come back through what its reduction made, so it is listed whoever holds it; what has weak
  // references can be met through one.
  if (Py_REFCNT(object) > 1 || units_[unit_].listed || listing_ || weakly_held || info.kind == Kind::kReduced || info.kind == Kind::kOpaque) {
    auto [entry, fresh] = table_.Insert(object);
    if (fresh) {
      entry->unit = unit_;
      entry->edges = 1;
      entry->flags = info.immutable ? 0 : Entry::kMutable;
      if (Py_REFCNT(object) > 1 && modules_.Find(object)) entry->flags |= Entry::kReference;
    } else if (first_pass_ && !again) {
      ++entry->edges;
    }
    if (first_pass_) entry->flags |= memory_ && !(entry->flags & Entry::kUnder) ? Entry::kUnder : Entry::kMet;
    if (entry->flags & Entry::kReference) {
      const ModuleReference* place = modules_.Find(object);
      encoder_.Put(Tag::kModuleObject, place->module);
      return encoder_.Put(Tag::kStr, place->attribute);
    }
    if (!fresh && entry->walk == walk_) return encoder_.Put(Tag::kBack, entry->number);
    if (!fresh && first_pass_) {
      if (entry->flags & Entry::kMutable) {
        Link(entry->unit);
        return encoder_.Put(Tag::kForeign);
      }
      if (!again) sharings_.push_back({object, entry->unit, unit_});
      again_ = true;
    }
    entry->walk = walk_;
    entry->number = number;
    listing_ = !(entry->flags & Entry::kMutable);
  }
  if (first_pass_ && weakly_held) weakly_held_.emplace_back(object, unit_);
  Expand(object, info);
  again_ = again;
  listing_ = listing;
  made_ = made;
}

// An immutable object that `is` can tell from its equals, and that is more than once referred to.
void Walk::NoteDistinct(PyObject* object, bool leaf) {
  if (!first_pass_ || again_) return;
  if (leaf || IsPlain(object) || types_.Of(Py_TYPE(object)).kind == Kind::kScalar) {
    plain_.Prefetch(object);
    Late& late = late_[late_at_++ % late_.size()];
    if (late.object) Meet(late);
    late = {object, leaf && PyFloat_CheckExact(object)};
    return;
  }
  auto [entry, fresh] = table_.Insert(object);
  if (fresh) entry->unit = unit_;
  else if (entry->walk != walk_) sharings_.push_back({object, entry->unit, unit_});
  entry->walk = walk_;
}

void Walk::Meet(const Late& late) {
  auto [met, fresh] = plain_.Insert(late.object);
  if (fresh) {
    met->unit = unit_;
  } else if (met->walk != walk_) {
    if (!late.plain_float || !modules_.Find(late.object)) sharings_.push_back({late.object, met->unit, unit_});
  }
  met->walk = walk_;
}

std::optional<std::uint32_t> Walk::UnitOf(PyObject* immutable) {
  if (const Met* met = plain_.Find(immutable)) return met->unit;
  const Entry* entry = table_.Find(immutable);
  if (!entry || entry->flags & (Entry::kMutable | Entry::kCodeUnit | Entry::kReference | Entry::kShadow)) return std::nullopt;
  return entry->unit;
}

void Walk::MeetAll() {
  // In the order in which they were noted: pids of shared objects follow it, and each look must give them in one order.
  for (std::size_t i = 0; i < late_.size(); ++i) {
    Late& late = late_[late_at_++ % late_.size()];
    if (late.object) Meet(late);
    late = {};
  }
}

bool Walk::IsLeaf(PyObject* object) {
  if (object == namespace_.ptr() || modules_.Find(object)) return true;
  switch (types_.Of(Py_TYPE(object)).kind) {
    case Kind::kModule: case Kind::kClass: case Kind::kCode: case Kind::kNamed: case Kind::kDoor: case Kind::kTraceback:
    case Kind::kScalar:
      return true;
    case Kind::kFunction:
      return !Types::IsLocalFunction(object);
    default:
      return false;
  }
}

void Walk::Link(std::uint32_t other) { links_.Union(other, unit_); }

void Walk::PutClass(PyTypeObject* type, const TypeInfo& info) {
  if (info.session) return Need(reinterpret_cast<PyObject*>(type));
  encoder_.Put(Tag::kLibrary, info.label);
}

// Written in the session, also where exec() ran it in another dict, or in a module that a cell made by hand.
bool Walk::IsSessionFunction(PyObject* function) const {
  if (types_.IsSessionFunction(function)) return true;
  return !modules_.Find(reinterpret_cast<PyFunctionObject*>(function)->func_globals) && !IsFoundByImport(function);
}

void Walk::Need(PyObject* object) {
  // Of a class no references are counted (escape.cc), and every instance leads to one.
  if (object == last_code_ && PyType_Check(object)) return encoder_.Put(Tag::kSeenCodeUnit, last_order_);
  auto [entry, fresh] = table_.Insert(object);
  if (fresh) {
    entry->flags = Entry::kCodeUnit;
    std::string label;
    if (PyType_Check(object)) {
      label = TypeLabel(reinterpret_cast<PyTypeObject*>(object));
    } else {
      const char* text = PyUnicode_AsUTF8(reinterpret_cast<PyFunctionObject*>(object)->func_qualname);
      if (!text) PyErr_Clear();
      label = std::string("__main__.") + (text ? text : "?");
    }
    entry->unit = AddName(label, object);
    units_[entry->unit].code = true;
  }
  if (first_pass_ && !again_) ++entry->edges;
  std::uint32_t target = entry->unit;
  auto [place, first] = order_.try_emplace(target, static_cast<std::uint32_t>(met_.size()));
  last_code_ = object;
  last_order_ = place->second;
  if (!first) return encoder_.Put(Tag::kSeenCodeUnit, place->second);
  met_.push_back(target);
  encoder_.Put(Tag::kCodeUnit, units_[target].name);
  // A function that a class holds under its own qualified name is a method: it travels with the class.
  const Unit& self = units_[unit_];
  if (first_pass_ && self.code && PyType_Check(self.root) && units_[target].name.starts_with(self.name + "."))
    units_[unit_].parts.push_back(target);
}

Digest Walk::BufferDigest(const void* data, std::size_t size) {
  constexpr std::size_t kPiece = 1 << 20;
  if (size <= kPiece) return DigestOf(data, size);
  Digester digester;
  for (std::size_t at = 0; at < size && !stopped_; at += kPiece) {
    digester.Add(static_cast<const char*>(data) + at, std::min(kPiece, size - at));
    stopped_ = MainStop().AskedNow();
  }
  return digester.Finish();
}

const Buffer* Walk::Known(PyObject* owner, const void* data, std::size_t size) const {
  if (!before_ || !units_[unit_].untouched) return nullptr;
  auto it = before_->find(owner);
  return it != before_->end() && it->second.data == data && it->second.size == size ? &it->second : nullptr;
}

void Walk::PutLarge(PyObject* owner, const void* data, std::size_t size, bool own) {
  encoder_.Put(Tag::kBuffer, static_cast<std::uint64_t>(size));
  auto it = large_.find(owner);
  if (it != large_.end() && it->second.believed && !units_[unit_].untouched) it = (large_.erase(it), large_.end());
  if (it != large_.end()) return encoder_.Put(Tag::kBuffer, it->second.digest);
  // What a reduction made just now is another object each time, at an address that may have been another's.
  const bool stays = own && !(made_ && Py_REFCNT(owner) == 1);
  const Buffer* known = stays ? Known(owner, data, size) : nullptr;
  const Digest digest = known ? known->digest : BufferDigest(data, size);
  if (Py_REFCNT(owner) > 1 || size >= kLargeBuffer)
    large_.emplace(owner, Buffer{stays ? data : nullptr, size, digest, known != nullptr});
  encoder_.Put(Tag::kBuffer, digest);
}

void Walk::MarkOpaque(const std::string& why) {
  Unit& unit = units_[unit_];
  if (first_pass_ && unit.opaque.empty()) unit.opaque = why + " at " + Path();
}

std::string Walk::Path() const {
  std::string path = units_[unit_].name;
  auto key = [](PyObject* k) -> std::string {
    py::object text;
    if (PyUnicode_CheckExact(k) || PyLong_CheckExact(k)) text = py::reinterpret_steal<py::object>(PyObject_Repr(k));
    if (!text) PyErr_Clear();
    return text ? text.cast<std::string>() : "...";
  };
  for (const Frame& f : frames_) {
    if (f.shape == Shape::kList || f.shape == Shape::kTuple || f.shape == Shape::kItems) {
      path += "[" + std::to_string(f.at - 1) + "]";
    } else if (f.shape == Shape::kDict) {
      PyObject *k, *v;
      Py_ssize_t pos = 0;
      while (PyDict_Next(f.object, &pos, &k, &v) && pos != f.at) {
      }
      path += "[" + key(k) + "]";
    } else if (f.shape == Shape::kFields && f.at >= 2) {
      PyObject* name = pending_[f.at - 2];
      if (name && PyUnicode_CheckExact(name)) path += "." + py::str(py::handle(name)).cast<std::string>();
    }
  }
  return path;
}

}  // namespace ferry::objects
