// The walk over the objects of a look. It goes unit by unit (a name's value, a class or function of the session), depth
// first, and does three things in one pass: it encodes what it meets for the unit's fingerprint, it links units that
// reach the same mutable object, and it counts the references it follows.
//
// An object with one reference needs no table entry: nothing else can lead to it. Objects are numbered in order of
// visit whether listed or not, so that the encoding does not depend on who else holds them.
//
// The GIL is held throughout. Reductions of library types may run library code; what the walk stands on is held during
// that, and a walk that another thread got in between of ends as torn.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/objects/arrays.h"
#include "tracker/objects/buffers.h"
#include "tracker/objects/code.h"
#include "tracker/objects/distinct.h"
#include "tracker/objects/encoder.h"
#include "tracker/objects/frame.h"
#include "tracker/objects/leaf.h"
#include "tracker/objects/modules.h"
#include "tracker/objects/reductions.h"
#include "tracker/objects/spans.h"
#include "tracker/objects/table.h"
#include "tracker/objects/types.h"
#include "tracker/objects/union_find.h"
#include "tracker/objects/unit.h"

namespace ferry::objects {

class Walk {
 public:
  Walk(pybind11::handle ns, Types& types, Modules& modules, CodeIndex& codes)
      : namespace_(ns), types_(types), modules_(modules), codes_(codes), distinct_(modules, &sharings_) {}

  void Start();
  // A unit to be walked; code units that are met become units by themselves.
  std::uint32_t AddName(const std::string& name, PyObject* value, bool untouched = false);
  // The large buffers of untouched units are as that look found them. `before` lives until Finish.
  void Believe(const Buffers& before) { buffers_.Believe(before); }
  // Walks all units. False: stopped (util/stop.h), or torn.
  bool Run();
  // The digest of a unit that shares no mutable objects. A base of an array is state only if it was met in another way as
  // well; the first walk, which counts references, follows each base that anything holds, be it a cache or garbage.
  std::optional<Digest> Alone(std::uint32_t unit);
  // The digest of units that share mutable objects, walked as one. nullopt: stopped, or torn.
  std::optional<Digest> Together(std::vector<std::uint32_t> group);

  // Another thread ran while library code did: what was read before may be stale.
  bool torn() const { return torn_; }

  std::vector<Unit>& units() { return units_; }
  UnionFind& links() { return links_; }
  const std::vector<Sharing>& sharings() const { return sharings_; }
  Table<Entry>& table() { return table_; }
  // The unit that met an immutable object first, where `is` can tell it from its equals.
  std::optional<std::uint32_t> UnitOf(PyObject* immutable);
  const Reductions& reductions() const { return reductions_; }
  // Values of fields that were left out as caches.
  const std::vector<PyObject*>& cached() const { return cached_; }
  Buffers TakeBuffers() { return buffers_.Take(); }
  const std::vector<std::pair<PyObject*, std::uint32_t>>& weakly_held() const { return weakly_held_; }
  bool Stop() { return !Step(); }  // whether the look is to end; asked between steps of microseconds
  bool IsLeaf(PyObject* object);  // never part of a unit's own state

  // Frees what the walk kept alive. Runs finalizers of library objects at most.
  void Finish();

 private:
  // walk.cc: from unit to unit
  void Begin();
  bool WalkRoot(std::uint32_t unit);
  bool Step();

  // descent.cc: the loop over the stack
  bool Drain();
  Py_ssize_t VisitPlain(PyObject* const* items, Py_ssize_t at, Py_ssize_t end);
  void Visit(PyObject* object);
  void NoteDistinct(PyObject* object, bool leaf);

  // visit.cc: what is named, referred to, or opened
  void VisitObject(PyObject* object);
  void VisitTracked(PyObject* object, const TypeInfo& info);
  // own: the memory is the owner's alone and only code that reaches it can write there.
  void PutLarge(PyObject* owner, const void* data, std::size_t size, bool own);
  void MarkOpaque(const std::string& why);

  // contents.cc: what an object is made of
  void Expand(PyObject* object, const TypeInfo& info);
  void ExpandBase(PyObject* object, Kind base);
  PyObject* Parts(PyObject* object, const TypeInfo& info);
  bool IsHung(PyObject* object, const TypeInfo& info);
  void ExpandReduced(PyObject* object, const TypeInfo& info);
  void Traverse(PyObject* object);
  void ExpandOpaque(PyObject* object);
  void ExpandGenerator(PyObject* object);
  void ExpandMemoryView(PyObject* object);

  // fields.cc
  void ExpandInstance(PyObject* object, const TypeInfo& info);
  void AppendFields(PyObject* object, const TypeInfo& info);
  void AppendDict(PyObject* dict, const TypeInfo* info);
  void AppendMembers(PyObject* object, PyTypeObject* type);
  void ExpandException(PyObject* object);

  // elements.cc
  void ExpandElements(PyObject* set, Tag tag);
  bool PureDigest(PyObject* object, Encoder& e, int depth);
  void ShallowDigest(PyObject* object, Encoder& e, int depth);

  // code_units.cc
  bool IsSessionFunction(PyObject* function) const;
  void PutClass(PyTypeObject* type, const TypeInfo& info);
  void Need(PyObject* code_object);
  void NoteConstants(PyObject* constants);
  void ExpandFunction(PyObject* object);
  void ExpandClass(PyObject* object);

  // array_contents.cc
  void ExpandArray(PyObject* object, const TypeInfo& info);
  Array* BaseOf(Array* array);
  bool IsState(PyObject* memory);
  void PutItems(PyObject* object, const DtypeInfo& dtype);

  void Push(PyObject* object, Shape shape, Py_ssize_t at = 0, Py_ssize_t end = 0) {
    frames_.push_back({object, shape, again_, listing_, made_, at, end, at});
  }
  // Opens a frame over what was appended to pending_ since `from`.
  void PushPending(PyObject* object, Shape shape, std::size_t from) {
    Push(object, shape, static_cast<Py_ssize_t>(from), static_cast<Py_ssize_t>(pending_.size()));
  }

  pybind11::handle namespace_;
  Types& types_;
  Modules& modules_;
  CodeIndex& codes_;
  Arrays arrays_;
  Reductions reductions_;
  Table<Entry> table_;
  UnionFind links_;
  std::vector<Unit> units_;
  std::vector<Sharing> sharings_;
  Distinct distinct_;
  Spans spans_;
  BufferDigests buffers_;
  std::vector<std::pair<PyObject*, std::uint32_t>> weakly_held_;  // objects with weak references to them, and their unit
  std::vector<std::pair<PyObject*, std::uint32_t>> held_bases_;   // what the first walk followed from arrays to their memory
  std::vector<PyObject*> cached_;

  // of the walk on the way
  Encoder encoder_;
  std::vector<Frame> frames_;
  std::vector<PyObject*> pending_;
  std::vector<std::uint32_t> met_;                          // code units, in order of first visit
  std::unordered_map<std::uint32_t, std::uint32_t> order_;  // code unit -> its place in met_
  PyObject* last_code_ = nullptr;
  std::uint32_t last_order_ = 0;
  std::uint32_t unit_ = 0, walk_ = 0, number_ = 0, steps_ = 0;
  bool first_pass_ = true;
  bool again_ = false;    // inside an immutable object that another unit has counted already
  bool listing_ = false;  // inside an immutable object that another unit may come through: even what has one reference is listed
  bool memory_ = false;   // the next object is visited as what an array looks into
  bool made_ = false;     // inside what a reduction of this look returned
  bool stopped_ = false, torn_ = false;
  unsigned long switches_ = 0;
};

}  // namespace ferry::objects
