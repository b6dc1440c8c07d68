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

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/objects/arrays.h"
#include "tracker/objects/code.h"
#include "tracker/objects/encoder.h"
#include "tracker/objects/leaf.h"
#include "tracker/objects/modules.h"
#include "tracker/objects/reductions.h"
#include "tracker/objects/table.h"
#include "tracker/objects/types.h"
#include "tracker/objects/union_find.h"

namespace ferry::objects {

constexpr std::size_t kLargeBuffer = 1 << 16;  // bytes from which a look remembers a digest for the next one

// The digest of a large buffer, as a look took it.
struct Buffer {
  const void* data;  // nullptr: not to be recognized later
  std::size_t size;
  Digest digest;
  bool believed;     // taken from the look before
};
using Buffers = std::unordered_map<PyObject*, Buffer>;  // by the object that the memory belongs to; compared only

struct Unit {
  PyObject* root = nullptr;            // borrowed
  std::string name;                    // the user's name, or "module.qualname" of a code unit
  bool held_bases = false;             // its digest follows bases that something outside of all units holds: see Alone
  bool listed = false;                 // the table gets also what one reference leads to
  bool untouched = false;              // no code can have touched it since the look of the buffers given to Believe
  bool code = false;                   // a class or function of the session
  Digest digest;                       // of this unit alone; says nothing once it is linked
  std::vector<std::uint32_t> needs;    // code units it refers to, in order of first visit
  std::vector<std::uint32_t> parts;    // of these: methods, for a class; what it is bound to, for a name
  std::vector<const CodeInfo*> codes;  // code objects met
  std::string opaque;                  // "type at path", or ""
  bool door = false;
  std::uint64_t objects = 0, bytes = 0;
};

// An immutable object that two units reach.
struct Sharing {
  PyObject* object;
  std::uint32_t first, second;
};

class Walk {
 public:
  Walk(pybind11::handle ns, Types& types, Modules& modules, CodeIndex& codes)
      : namespace_(ns), types_(types), modules_(modules), codes_(codes) {}

  void Start();
  // A unit to be walked; code units that are met become units by themselves.
  std::uint32_t AddName(const std::string& name, PyObject* value, bool untouched = false);
  // The large buffers of untouched units are as that look found them. `before` lives until Finish.
  void Believe(const Buffers& before) { before_ = &before; }
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
  Buffers TakeBuffers() { return std::move(large_); }
  const std::vector<std::pair<PyObject*, std::uint32_t>>& weakly_held() const { return weakly_held_; }
  bool Stop() { return !Step(); }  // whether the look is to end; asked between steps of microseconds
  bool IsLeaf(PyObject* object);  // never part of a unit's own state

  // Frees what the walk kept alive. Runs finalizers of library objects at most.
  void Finish();

 private:
  enum class Shape : std::uint8_t { kList, kTuple, kDict, kItems, kFields, kParts, kMemory };
  struct Frame {
    PyObject* object;
    Shape shape;
    bool again, listing, made;
    Py_ssize_t at, end;  // kFields, kParts, kMemory: range of pending_; kDict: place, and the value to visit after its key
    Py_ssize_t first;    // where `at` began
  };

  // What is to go into plain_ a moment later, when its place has come into the cache.
  struct Late {
    PyObject* object = nullptr;
    bool plain_float = false;
  };

  void Begin();
  bool WalkRoot(std::uint32_t unit);
  bool Drain();
  bool Step();

  void Visit(PyObject* object);
  void VisitObject(PyObject* object);
  void VisitTracked(PyObject* object, const TypeInfo& info);
  void Expand(PyObject* object, const TypeInfo& info);
  Py_ssize_t VisitPlain(PyObject* const* items, Py_ssize_t at, Py_ssize_t end);
  void NoteDistinct(PyObject* object, bool leaf);
  void Meet(const Late& late);
  void MeetAll();
  void Link(std::uint32_t other);
  void Need(PyObject* code_object);
  bool IsSessionFunction(PyObject* function) const;
  void PutClass(PyTypeObject* type, const TypeInfo& info);
  // own: the memory is the owner's alone and only code that reaches it can write there.
  void PutLarge(PyObject* owner, const void* data, std::size_t size, bool own);
  const Buffer* Known(PyObject* owner, const void* data, std::size_t size) const;
  Digest BufferDigest(const void* data, std::size_t size);
  PyObject* Parts(PyObject* object, const TypeInfo& info);
  void MarkOpaque(const std::string& why);
  std::string Path() const;

  // contents.cc: what an object is made of
  void ExpandBase(PyObject* object, Kind base);
  void ExpandElements(PyObject* set, Tag tag);
  void ExpandInstance(PyObject* object, const TypeInfo& info);
  void AppendFields(PyObject* object, const TypeInfo& info);
  void AppendDict(PyObject* dict, const TypeInfo* info);
  void AppendMembers(PyObject* object, PyTypeObject* type);
  void ExpandException(PyObject* object);
  void ExpandReduced(PyObject* object, const TypeInfo& info);
  void ExpandOpaque(PyObject* object);
  void ExpandMemoryView(PyObject* object);
  void ExpandGenerator(PyObject* object);
  void ExpandFunction(PyObject* object);
  void NoteConstants(PyObject* constants);
  void ExpandClass(PyObject* object);
  void ExpandArray(PyObject* object, const TypeInfo& info);
  void PutItems(PyObject* object, const DtypeInfo& dtype);
  Array* BaseOf(Array* array);
  bool IsState(PyObject* memory);
  bool PureDigest(PyObject* object, Encoder& e, int depth);
  void ShallowDigest(PyObject* object, Encoder& e, int depth);

  void Push(PyObject* object, Shape shape, Py_ssize_t at = 0, Py_ssize_t end = 0) {
    frames_.push_back({object, shape, again_, listing_, made_, at, end, at});
  }
  // Opens a frame over what was appended to pending_ since `from`.
  void PushPending(PyObject* object, Shape shape, std::size_t from) {
    Push(object, shape, static_cast<Py_ssize_t>(from), static_cast<Py_ssize_t>(pending_.size()));
  }
  void Traverse(PyObject* object);

  pybind11::handle namespace_;
  Types& types_;
  Modules& modules_;
  CodeIndex& codes_;
  Arrays arrays_;
  Reductions reductions_;
  Table<Entry> table_;
  Table<Met> plain_;
  std::array<Late, 16> late_;
  std::size_t late_at_ = 0;
  UnionFind links_;
  std::vector<Unit> units_;
  std::vector<Sharing> sharings_;
  struct Span {
    const char *low, *high;
    std::uint32_t unit;
  };
  std::vector<Span> spans_;             // memory of arrays
  std::vector<std::pair<PyObject*, std::uint32_t>> weakly_held_;  // objects with weak references to them, and their unit
  std::vector<std::pair<PyObject*, std::uint32_t>> held_bases_;   // what the first walk followed from arrays to their memory
  std::vector<PyObject*> cached_;
  Buffers large_;
  const Buffers* before_ = nullptr;

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
