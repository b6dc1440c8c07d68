#include <fcntl.h>
#include <pybind11/stl.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>

#include "kernel/session/bind.h"
#include "tracker/observe/audit.h"
#include "tracker/observe/class_watch.h"
#include "tracker/observe/code_scan.h"
#include "tracker/observe/effects.h"
#include "tracker/observe/held_watch.h"
#include "tracker/observe/module_watch.h"
#include "tracker/observe/observer.h"
#include "tracker/observe/outside.h"
#include "tracker/observe/registry_watch.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

py::set Set(const observe::NameSet& names) {
  py::set set;
  for (const auto& name : names) set.add(py::str(name));
  return set;
}

std::uint64_t BornAt(const std::string& path) {
  struct statx info;
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME, &info) != 0 || !(info.stx_mask & STATX_BTIME)) return 0;
  return static_cast<std::uint64_t>(info.stx_btime.tv_sec) * 1'000'000'000 + info.stx_btime.tv_nsec;
}

// observe::Unguarded as a context manager.
struct BoundUnguarded {
  std::optional<observe::Unguarded> lives;
};

}  // namespace

void BindObserve(py::module_& m) {
  using observe::Observer;
  m.def("user_names", [](const py::dict& ns) { return observe::UserNames(ns.ptr()); },
        "Sorted names of a namespace that are the user's: not what IPython and the interpreter put there.");
  m.def("file_state", &observe::FileState, py::arg("path"), "What a cell's record says of a file that it reads (tracker/observe/effects.h).");
  m.attr("UNTOLD") = observe::kUntold;
  m.def("born_at", &BornAt, py::arg("path"), "When a file was made, in ns, by which and its inode it is known again; 0 if the system does not tell.");
  py::class_<BoundUnguarded>(m, "Unguarded", "with Unguarded() as guarded: no guard stops anything in its body. guarded: whether one would.")
      .def(py::init<>())
      .def("__enter__", [](BoundUnguarded& unguarded) {
        const bool guarded = observe::IsGuarded();
        unguarded.lives.emplace();
        return guarded;
      })
      .def("__exit__", [](BoundUnguarded& unguarded, const py::args&) { unguarded.lives.reset(); });
  m.def("is_door", [](const std::string& name) { return observe::IsDoorName(name) || observe::IsDoorAttribute(name); },
        "Whether code that mentions this name may reach every variable.");
  using observe::ClassWatch;
  py::class_<ClassWatch>(m, "ClassWatch", "What the session hung on classes of libraries.")
      .def(py::init<py::dict>(), py::arg("namespace"))
      .def("see", &ClassWatch::See, py::arg("names"), "What the classes among the names of a new module hold is theirs. -> the names whose value is the session's")
      .def("look", [](ClassWatch& self, const py::object& spoken) {
        py::list found;
        for (auto& held : self.Look(spoken)) found.append(py::make_tuple(held.cls, held.name, held.value, held.mine));
        return found;
      }, py::arg("spoken"), "[(class, attribute, value, whether it is the session's)]; spoken: a set of words, None for all there are")
      .def("abstract", [](const ClassWatch& self) { return self.abstract(); }, "Library classes of ABCMeta, as of the newest look");
  using observe::HeldWatch;
  py::class_<HeldWatch>(m, "HeldWatch", "Fields of objects that modules of libraries hold.")
      .def(py::init<>())
      .def("see", &HeldWatch::See, py::arg("names"), "What the objects among the names of a new module hold is theirs.")
      .def("look", [](const HeldWatch& self, const py::dict& names) {
        py::list found;
        for (auto& change : self.Look(names)) found.append(py::make_tuple(py::tuple(py::cast(change.path)), change.holder, change.name, change.value));
        return found;
      }, py::arg("names"), "[(names from the module to the object, the object, field, value)] of what is new or was replaced since");
  using observe::ModuleWatch;
  py::class_<ModuleWatch>(m, "ModuleWatch", "Which modules have come, and which were written to.")
      .def(py::init<>())
      .def("look", [](ModuleWatch& self) {
        py::list found;
        for (const auto& module : self.Look()) found.append(py::make_tuple(module.name, module.object, module.dict));
        return found;
      }, "[(name, module, its dict)] of what is new in sys.modules, and of what was written to, since a look that settle() followed")
      .def("settle", &ModuleWatch::Settle, "What the last look found has been dealt with.");
  using observe::RegistryWatch;
  py::class_<RegistryWatch>(m, "RegistryWatch", "What the session put into registries of libraries.")
      .def(py::init<py::dict>(), py::arg("namespace"))
      .def("look", [](RegistryWatch& self, const std::unordered_set<std::string>& skipped) {
        py::list found;
        for (auto& entry : self.Look(skipped))
          found.append(py::make_tuple(py::make_tuple(entry.module, py::tuple(py::cast(entry.path)), entry.kind), entry.key, entry.value));
        return found;
      }, py::arg("skipped"), "[((module, attributes, kind), key, value)]")
      .def("see", &RegistryWatch::See, py::arg("modules"), py::arg("skipped") = std::unordered_set<std::string>(), "What these modules, which have just come, hold is as their import made it.")
      .def("touched", [](const RegistryWatch& self, const py::object& container) { return self.Touched(container.ptr()); }, py::arg("container"),
           "Whether this dict came or was touched after the see of its module, or this list or set was touched after the see or look that met it first.");
  py::class_<Observer>(m, "Observer")
      .def(py::init<py::dict>(), py::arg("namespace"))
      .def("before", [](Observer& self, const py::object&) { self.Before(); }, py::arg("source") = py::none())
      .def("saw_code", &Observer::SawCode, py::arg("code"))
      .def("after", [](Observer& self, const py::str& status) {
        py::object record = py::cast(self.After());
        record.attr("status") = status;
        return record;
      }, py::arg("status") = "ok")
      .def("install_audit_hook", [](Observer&, std::vector<std::string> own) { observe::InstallAuditHook(std::move(own)); },
           py::arg("own") = std::vector<std::string>(), "Once a process; it cannot be removed. own: folders in which the engine holds files open.")
      .def("set_generators", &Observer::SetGenerators, py::arg("states"), "states() -> dict name -> bytes")
      .def("note", [](Observer&, std::string kind, std::string detail, bool unsafe) {
        observe::NoteEffect({std::move(kind), std::move(detail), unsafe});
      }, py::arg("kind"), py::arg("detail"), py::arg("unsafe"), "An effect of the running cell that no audit event tells.")
      .def("guard", &Observer::Guard, py::arg("allowed"), py::arg("stopped"),
           "From now on unsafe effects outside that are not among these raise stopped(words) instead of happening.")
      .def("release", &Observer::Release, "Ends guard(): the effects that were stopped.")
      .def_property_readonly("door_reason", &Observer::door_reason)
      .def("closure",
           [](Observer& self, const std::vector<py::object>& codes, const observe::Pending& pending) {
             const auto [names, door] = self.Reads(codes, pending);
             return std::pair(Set(names), door);
           },
           py::arg("codes"), py::arg("pending") = observe::Pending{})
      .def("registered", [](Observer& self, const std::vector<std::string>& names) { self.Registered({names.begin(), names.end()}); },
           py::arg("names"), "Classes and functions that a library holds: their code may run in any cell.")
      .def("learn", &Observer::Learn, py::arg("look"));
}

}  // namespace ferry::session
