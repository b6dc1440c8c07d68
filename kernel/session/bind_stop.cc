#include <cstdint>

#include "kernel/session/bind.h"
#include "util/overdue.h"
#include "util/stop.h"

namespace ferry::session {

void BindStop(pybind11::module_& m) {
  m.def("watch_stop", [](std::uintptr_t flag, int fd) {
    MainStop().Watch(reinterpret_cast<const std::atomic<bool>*>(flag), fd);
  }, "flag: address of the engine's atomic<bool>, fd: readable when a request waits (-1: none)");
  m.def("stop_asked", [] { return MainStop().AskedNow(); });
  m.def("ignore_stop", [](bool ignore) { MainStop().Ignore(ignore); });
  pybind11::class_<Overdue>(m, "Overdue", "Ends the process, having written words into a file, where work lasts longer than it may.")
      .def(pybind11::init<std::string, std::string, double, double>(), pybind11::arg("path"), pybind11::arg("words"),
           pybind11::arg("seconds"), pybind11::arg("grace"))
      .def("over", &Overdue::Over, "The work has ended.");
}

}  // namespace ferry::session
