// The instructions of one code object of CPython 3.11, as far as names and control flow go.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

namespace ferry::observe {

struct Instruction {
  int op = 0;           // never a specialised form, never CACHE or EXTENDED_ARG
  int arg = 0;
  int jump = -1;        // index of the instruction it may jump to, or -1
  bool falls = true;    // it may go on with the next one
  int handler = -1;     // index of the instruction that an exception in it leads to, or -1
};

// `code` must be a code object. Cost: about 5 ns an instruction.
std::vector<Instruction> Decode(PyCodeObject* code);

}  // namespace ferry::observe
