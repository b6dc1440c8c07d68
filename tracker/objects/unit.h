// What a look divides the objects of a session into: one unit for the value of each name, and one for each class and
// function of the session.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tracker/objects/code.h"
#include "util/digest.h"

namespace ferry::objects {

struct Unit {
  PyObject* root = nullptr;            // borrowed
  std::string name;                    // the user's name, or "module.qualname" of a code unit
  bool held_bases = false;             // its digest follows bases that something outside of all units holds: see Walk::Alone
  bool listed = false;                 // the table gets also what one reference leads to
  bool untouched = false;              // no code can have touched it since the look of the buffers given to Walk::Believe
  bool code = false;                   // a class or function of the session
  Digest digest;                       // of this unit alone; says nothing once it is linked
  std::vector<std::uint32_t> needs;    // code units it refers to, in order of first visit
  std::vector<std::uint32_t> parts;    // of these: methods, for a class; what it is bound to, for a name
  std::vector<const CodeInfo*> codes;  // code objects met
  std::string opaque;                  // "type at path", or ""
  bool door = false;
  std::uint64_t objects = 0, bytes = 0;
  std::uint64_t unfound = 0;  // functions of libraries met that no import finds under their names
};

// An immutable object that two units reach.
struct Sharing {
  PyObject* object;
  std::uint32_t first, second;
};

}  // namespace ferry::objects
