// What one piece of code may read, bind and reach, by its instructions alone.
//
// For the code of a cell the order counts: in `x = 1; print(x)` the x of before is not read. So a name is a read of a cell
// only if it is live at the cell's start (a path from there reaches a load of it without a store before). Code inside code
// (functions, classes, comprehensions) may run any time after the instruction that loads it as a constant, so that
// instruction counts as loading all its names; identifiers in string constants count the same way.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "tracker/observe/names.h"

namespace ferry::observe {

struct CodeScan {
  NameSet reads;                     // global names, builtins among them, and identifiers in strings
  NameSet binds;                     // bound or deleted as globals by this code or code inside it
  NameSet surely;                    // of these, those that a cell's code has bound whenever it ended without an error
  NameSet imports;                   // modules of import statements
  NameSet clocks;                    // calls that answer differently each time: "time.time", "uuid4"
  std::vector<std::string> ferry;    // Kernelferry's own magics, by name
  std::vector<pybind11::object> inner;  // code objects inside, each once, outer before inner
  std::string door;                  // what in the code may reach every name; "" if nothing does
  std::string way_back;              // the same where the code is of another module: the session's module, or the shell

  void Add(const CodeScan& other);
};

// True for a global name that reaches every name of the namespace whoever calls it.
bool IsDoorName(std::string_view name);

// The same of an attribute.
bool IsDoorAttribute(std::string_view name);

// `code`: compiled from a cell; its names are the namespace's. Throws error_already_set only when memory ends.
CodeScan ScanCell(PyCodeObject* code);

// `code`: of a function, method, generator or class.
CodeScan ScanFunction(PyCodeObject* code);

}  // namespace ferry::observe
