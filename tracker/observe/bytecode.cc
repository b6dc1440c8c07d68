#include "tracker/observe/bytecode.h"

#include <opcode.h>

namespace py = pybind11;

namespace ferry::observe {
namespace {

// Direction of a relative jump: 1 forward, -1 backward, 0 none.
int JumpDirection(int op) {
  switch (op) {
    case FOR_ITER: case SEND: case JUMP_FORWARD: case JUMP_IF_FALSE_OR_POP: case JUMP_IF_TRUE_OR_POP:
    case POP_JUMP_FORWARD_IF_FALSE: case POP_JUMP_FORWARD_IF_TRUE:
    case POP_JUMP_FORWARD_IF_NONE: case POP_JUMP_FORWARD_IF_NOT_NONE:
      return 1;
    case JUMP_BACKWARD: case JUMP_BACKWARD_NO_INTERRUPT:
    case POP_JUMP_BACKWARD_IF_FALSE: case POP_JUMP_BACKWARD_IF_TRUE:
    case POP_JUMP_BACKWARD_IF_NONE: case POP_JUMP_BACKWARD_IF_NOT_NONE:
      return -1;
    default:
      return 0;
  }
}

bool Falls(int op) {
  return op != RETURN_VALUE && op != RAISE_VARARGS && op != RERAISE && op != JUMP_FORWARD && op != JUMP_BACKWARD &&
         op != JUMP_BACKWARD_NO_INTERRUPT;
}

// Reads the table of exception handlers: entries of four numbers, six bits a byte, bit 6 = more (Objects/
// exception_table_notes.txt of CPython).
class HandlerTable {
 public:
  HandlerTable(const unsigned char* at, Py_ssize_t size) : at_(at), end_(at + size) {}
  bool more() const { return at_ < end_; }
  int Next() {
    int value = 0;
    while (at_ < end_) {
      const unsigned char byte = *at_++;
      value = (value << 6) | (byte & 63);
      if (!(byte & 64)) break;
    }
    return value;
  }

 private:
  const unsigned char* at_;
  const unsigned char* end_;
};

}  // namespace

std::vector<Instruction> Decode(PyCodeObject* code) {
  const auto bytes = py::reinterpret_steal<py::object>(PyCode_GetCode(code));
  if (!bytes) throw py::error_already_set();
  const auto* unit = reinterpret_cast<const unsigned char*>(PyBytes_AS_STRING(bytes.ptr()));
  const int units = static_cast<int>(PyBytes_GET_SIZE(bytes.ptr()) / 2);

  std::vector<Instruction> decoded;
  decoded.reserve(units / 2 + 1);
  std::vector<int> index(units + 1);  // unit -> instruction
  int extended = 0;
  for (int i = 0; i < units; ++i) {
    index[i] = static_cast<int>(decoded.size());
    const int op = unit[2 * i], arg = unit[2 * i + 1] | extended;
    extended = 0;
    if (op == EXTENDED_ARG) {
      extended = arg << 8;
    } else if (op != CACHE) {
      const int direction = JumpDirection(op);
      decoded.push_back({op, arg, direction ? i + 1 + direction * arg : -1, Falls(op), -1});
    }
  }
  index[units] = static_cast<int>(decoded.size());
  const auto at = [&](int u) { return u >= 0 && u < units ? index[u] : -1; };
  for (Instruction& instruction : decoded) {
    if (instruction.jump >= 0) instruction.jump = at(instruction.jump);
  }
  HandlerTable table(reinterpret_cast<const unsigned char*>(PyBytes_AS_STRING(code->co_exceptiontable)),
                     PyBytes_GET_SIZE(code->co_exceptiontable));
  while (table.more()) {
    const int start = table.Next(), length = table.Next(), target = table.Next();
    table.Next();  // stack depth
    const int last = start + length <= units ? index[start + length] : index[units];
    for (int i = at(start); i >= 0 && i < last; ++i) decoded[i].handler = at(target);
  }
  return decoded;
}

}  // namespace ferry::observe
