#include "serializer/codec/deep_stack.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ferry::codec {

namespace py = pybind11;

namespace {

// Address space only: a page of it becomes memory when the recursion gets there. 4 KB a level is several times what any
// level was seen to take, so the limit, an exception, is met before the guard page, a crash.
constexpr int kDeepLevels = 400'000;
constexpr std::size_t kStackBytes = std::size_t{kDeepLevels} * 4096;
constexpr std::size_t kGuardBytes = 1 << 16;

struct Call {
  PyObject* function;
  PyObject* result = nullptr;
  ucontext_t caller{};
  ucontext_t callee{};
};

// makecontext passes ints only.
void Run(unsigned high, unsigned low) {
  auto* call = reinterpret_cast<Call*>(static_cast<std::uintptr_t>(high) << 32 | low);
  call->result = PyObject_CallNoArgs(call->function);
}

class Stack {
 public:
  Stack() : memory_(::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0)) {
    if (memory_ != MAP_FAILED) ::mprotect(memory_, kGuardBytes, PROT_NONE);
  }
  ~Stack() {
    if (memory_ != MAP_FAILED) ::munmap(memory_, kStackBytes);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  void* memory() const { return memory_ == MAP_FAILED ? nullptr : memory_; }

 private:
  void* memory_;
};

}  // namespace

py::object OnDeepStack(const py::function& function) {
  Stack stack;
  if (!stack.memory()) {
    PyErr_NoMemory();
    throw py::error_already_set();
  }
  Call call{function.ptr()};
  ::getcontext(&call.callee);
  call.callee.uc_stack.ss_sp = stack.memory();
  call.callee.uc_stack.ss_size = kStackBytes;
  call.callee.uc_link = &call.caller;
  auto address = reinterpret_cast<std::uintptr_t>(&call);
  ::makecontext(&call.callee, reinterpret_cast<void (*)()>(Run), 2, static_cast<unsigned>(address >> 32),
                static_cast<unsigned>(address));
  const int limit = Py_GetRecursionLimit();
  Py_SetRecursionLimit(std::max(limit, kDeepLevels));
  ::swapcontext(&call.caller, &call.callee);
  Py_SetRecursionLimit(limit);
  if (!call.result) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(call.result);
}

}  // namespace ferry::codec
