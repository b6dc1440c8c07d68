// image_probe(), image_preflight() and others: serializer/image, for the process that asks.
#include <pybind11/stl.h>
#include <unistd.h>

#include "kernel/session/bind.h"
#include "serializer/image/dump.h"
#include "serializer/image/locks.h"
#include "serializer/image/preflight.h"
#include "serializer/image/probe.h"
#include "serializer/image/proc.h"

namespace py = pybind11;

namespace ferry::session {

void BindImage(py::module_& m) {
  m.def("image_probe", [](const std::string& criu) {
    const image::Probe probe = [&] {
      py::gil_scoped_release release;
      return image::Look(criu);
    }();
    py::list findings;
    for (const auto& f : probe.findings) findings.append(py::dict(py::arg("good") = f.good, py::arg("what") = f.what, py::arg("remedy") = f.remedy));
    return py::dict(py::arg("criu") = probe.criu, py::arg("version") = probe.version, py::arg("dump") = image::Name(probe.dump),
                    py::arg("restore") = probe.restore, py::arg("findings") = findings);
  }, py::arg("criu") = "", "Which CRIU is there, and whether images can be taken (dump: none or the way) and brought back.");
  m.def("image_describe", [](const std::string& criu) {
    const format::Bundle b = [&] {
      py::gil_scoped_release release;
      return image::Describe(::getpid(), criu);
    }();
    py::list mapped;
    for (const auto& file : b.mapped) mapped.append(py::make_tuple(file.path, file.bytes, file.build_id));
    return py::dict(py::arg("kernel") = b.kernel, py::arg("architecture") = b.architecture, py::arg("criu") = b.criu, py::arg("cpu") = b.cpu,
                    py::arg("uid") = b.uid, py::arg("uid_map") = b.uid_map, py::arg("mapped") = mapped);
  }, py::arg("criu"), "What an image of this process and its children would say of this host and of the files that they have mapped.");
  m.def("image_locks", [] { return image::LockedFiles(::getpid()); }, "Paths of the files on which this process or its children hold an exclusive lock.");
  m.def("image_memory", [] { return image::Memory(image::Tree(::getpid())); }, "Bytes that an image of this process and its children would hold.");
  m.def("image_preflight", [](const std::string& own, const std::string& route) {
    const auto blockers = [&] {
      py::gil_scoped_release release;
      return image::Preflight(::getpid(), own, image::RouteOf(route));
    }();
    py::list found;
    for (const auto& b : blockers) found.append(py::dict(py::arg("kind") = b.kind, py::arg("what") = b.what, py::arg("remedy") = b.remedy));
    return found;
  }, py::arg("own"), py::arg("route"), "[{kind, what, remedy}]: what of this process and its children no image can carry.");
}

}  // namespace ferry::session
