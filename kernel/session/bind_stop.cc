#include <cstdint>

#include "kernel/session/bind.h"
#include "util/stop.h"

namespace ferry::session {

void BindStop(pybind11::module_& m) {
  m.def("watch_stop", [](std::uintptr_t flag, int fd) {
    MainStop().Watch(reinterpret_cast<const std::atomic<bool>*>(flag), fd);
  }, "flag: address of the engine's atomic<bool>, fd: readable when a request waits (-1: none)");
  m.def("stop_asked", [] { return MainStop().AskedNow(); });
  m.def("ignore_stop", [](bool ignore) { MainStop().Ignore(ignore); });
}

}  // namespace ferry::session
