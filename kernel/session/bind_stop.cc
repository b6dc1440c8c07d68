#include <pybind11/stl.h>

#include <cstdint>
#include <optional>

#include "kernel/session/bind.h"
#include "util/memory.h"
#include "util/overdue.h"
#include "util/stop.h"

namespace ferry::session {

void BindStop(pybind11::module_& m) {
  m.def("watch_stop", [](std::uintptr_t flag, int fd) {
    MainStop().Watch(reinterpret_cast<const std::atomic<bool>*>(flag), fd);
  }, "flag: address of the engine's atomic<bool>, fd: readable when a request waits (-1: none)");
  m.def("stop_asked", [] { return MainStop().AskedNow(); });
  m.def("ignore_stop", [](bool ignore) { MainStop().Ignore(ignore); });
  m.def("end_when_memory_is_low", &EndWhenMemoryIsLow, pybind11::arg("path"), pybind11::arg("own"),
        "The process ends, an empty file at path, when memory is low; own: a limit in bytes for it alone, 0: none.");
  m.def("memory_left", [](std::uint64_t own) {
    const Memory memory = LookAtMemory(own);
    return memory.limit ? std::optional(memory.left) : std::nullopt;
  }, pybind11::arg("own"), "Bytes that this process may still use; None where nothing says. own: a limit for it alone, 0: none.");
  m.def("out_of_memory_kills", [] { return OutOfMemoryKills(); }, "How often the system has ended a process for want of memory.");
  pybind11::class_<Overdue>(m, "Overdue", "Ends the process, having written words into a file, where work lasts longer than it may.")
      .def(pybind11::init<std::string, std::string, double, double>(), pybind11::arg("path"), pybind11::arg("words"),
           pybind11::arg("seconds"), pybind11::arg("grace"))
      .def("over", &Overdue::Over, "The work has ended.");
}

}  // namespace ferry::session
