// A short look into one value, when no look over the namespace has seen it yet: what code it holds, what it shares.
//
// Between two cells that follow each other at once there is no time for a look, but the second must know what the first
// put into its variables. So a value that was bound or may have been changed since the newest look is walked here, through
// the collector's own traverse functions and only so far; what is larger stays unknown, and the caller assumes the worst.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "tracker/observe/names.h"

namespace ferry::observe {

struct Inspection {
  bool complete = true;             // false: too large, or it holds what the walk cannot see
  bool alone = false;               // complete, and nobody else holds, also not weakly, an object met
  NameSet mentions;                 // names in the code of functions, methods, generators, classes and types met
  NameSet binds;                    // of these, those that the code binds as globals
  NameSet clocks;                   // calls in the code that answer differently each time
  std::vector<const void*> shared;  // sorted addresses of the mutable objects met; compared, never dereferenced
  std::vector<const void*> units;   // sorted addresses of the session's classes and functions met
  std::vector<const void*> codes;   // addresses of the code objects met
  std::size_t met = 0;              // objects
  std::string door;                 // the namespace, a frame or the shell is within, or code that reaches them
};

// An immutable value without references that could hold code or be shared: numbers, text, modules, library functions.
bool IsLeaf(PyObject* value);

// Never runs user code. At most `most` objects are met: some 30 ns each, plus the code found.
Inspection Inspect(PyObject* value, PyObject* ns, std::size_t most);

}  // namespace ferry::observe
