// What the walk needs to know of a type: how to get at the state of its instances. Found out once a type, by the rules
//   exact builtin types              their own C layout
//   classes of the session           fields (inline values, __dict__, __slots__) and the contents of a builtin base;
//                                    never their own __reduce__, which is user code
//   types with an adapter            what the adapter says (adapters.py)
//   library types that reduce        the result of __reduce_ex__(4): caches stay out, C state comes in
//   library classes that do not      fields, like classes of the session
//   the rest                         opaque; what they hold is found through tp_traverse, so that it links
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tracker/objects/kinds.h"
#include "tracker/objects/layout.h"

namespace ferry::objects {

struct TypeInfo {
  Kind kind = Kind::kOpaque;
  Kind base = Kind::kNone;      // kInstance: the contents that come from a builtin base
  bool immutable = false;       // instances do not change; they may hold what does
  bool session = false;         // the type itself is a code unit
  bool user = false;            // a class of the session is among its bases
  bool fields = false;          // kReduced: instances have a dict, of which their reduction may not tell all (hung.py)
  std::string label;            // "module.qualname"
  std::string opaque;           // why the walk does not see all of the state; empty: it does
  std::vector<Slot> slots;
  std::unordered_set<std::string> caches;  // fields that are no state
  pybind11::object children;               // adapter: callable(obj) -> iterable, or null
  pybind11::object reduce;                 // kReduced: what to call with (obj, 4); null: look it up on the object
  std::uint32_t scalar_size = 0;           // kScalar
  unsigned version = 0;                    // tp_version_tag it was found for
  std::uint64_t look = 0;                  // that asked last: a module that is loaded anew leaves its old classes to the session
};

class Types {
 public:
  explicit Types(pybind11::handle ns) : namespace_(ns) {}

  // Valid until Forget or the next look. Looks names up in type dicts and asks the adapter registry; no code of the
  // session runs.
  const TypeInfo& Of(PyTypeObject* type) {
    Recent& r = recent_[(reinterpret_cast<std::uintptr_t>(type) >> 5) & (kRecent - 1)];
    if (r.type != type) [[unlikely]] r = {type, &Find(type)};
    return *r.info;
  }
  // At the start of a look: types may have died or changed since the last.
  void NewLook();

 private:
  static constexpr std::size_t kRecent = 256;
  struct Recent {
    PyTypeObject* type = nullptr;
    const TypeInfo* info = nullptr;
  };
  const TypeInfo& Find(PyTypeObject* type);
  void Classify(PyTypeObject* type, TypeInfo* info);
  void ClassifyFields(PyTypeObject* type, TypeInfo* info);
  void ClassifyUser(PyTypeObject* type, TypeInfo* info);
  pybind11::object FindAdapter(PyTypeObject* type);
  bool Adapt(PyTypeObject* type, TypeInfo* info);

  pybind11::handle namespace_;
  pybind11::object adapters_;  // kernelferry.objects.adapters.adapters, from the first look on
  std::unordered_map<PyTypeObject*, std::unique_ptr<TypeInfo>> infos_;
  Recent recent_[kRecent];
  std::uint64_t look_ = 0;
};

}  // namespace ferry::objects
