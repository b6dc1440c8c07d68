#include <memory>

#include "kernel/session/bind.h"
#include "serializer/codec/class_parts.h"
#include "serializer/codec/deep_stack.h"
#include "serializer/codec/gate.h"
#include "serializer/codec/changed_keys.h"
#include "serializer/codec/set_layout.h"
#include "util/wide_copy.h"

namespace ferry::session {

namespace py = pybind11;

namespace {

void CopyMemory(const py::buffer& to, const py::buffer& from) {
  const py::buffer_info target = to.request(/*writable=*/true), source = from.request();
  const std::size_t size = static_cast<std::size_t>(source.size) * source.itemsize;
  const bool plain = target.itemsize == 1 && source.itemsize == 1 && target.ndim == 1 && source.ndim == 1 && target.size == source.size &&
                     (size == 0 || (target.strides[0] == 1 && source.strides[0] == 1));
  if (!plain) throw py::value_error("buffers of bytes, as long as each other");
  py::gil_scoped_release released;
  WideCopy(static_cast<char*>(target.ptr), {static_cast<const char*>(source.ptr), size});
}

}  // namespace

void BindCodec(py::module_& m) {
  py::class_<codec::Gate, std::shared_ptr<codec::Gate>>(m, "Gate", "Between the pickler and one component's objects")
      .def(py::init<py::function, py::object, py::object>(), py::arg("classify"), py::arg("held"), py::arg("stopped"))
      .def("refer", &codec::Gate::Refer)
      .def("persistent_id", &codec::Gate::PersistentId)
      .def("reducer_override", &codec::Gate::ReducerOverride)
      .def_property_readonly("last", &codec::Gate::last)
      .def_property_readonly("table_layouts", &codec::Gate::table_layouts)
      .def_property_readonly("shared_numbers", &codec::Gate::constants);
  py::class_<codec::Resolver, std::shared_ptr<codec::Resolver>>(m, "Resolver", "What pids of a blob stand for")
      .def(py::init<py::function, py::list>(), py::arg("resolve"), py::arg("numbers"))
      .def("persistent_load", &codec::Resolver::PersistentLoad);
  m.def("on_deep_stack", &codec::OnDeepStack, "function(), with room for deep recursion, on this thread");
  m.def("set_metaclass", &codec::SetMetaclass);
  m.def("fill_class", &codec::FillClass);
  m.def("function_parts", &codec::FunctionParts);
  m.def("instance_dict", &codec::InstanceDict);
  m.def("capsule_parts", &codec::CapsuleParts);
  m.def("instance_memory", &codec::InstanceMemory);
  m.def("set_member", &codec::SetMember);
  m.def("set_layout", [](py::handle set) { return py::bytes(codec::SetLayout(set)); });
  m.def("apply_set_layout", &codec::ApplySetLayout);
  m.def("restore_table", &codec::RestoreTable);
  m.def("weak_target", &codec::WeakTarget);
  m.def("copy_memory", &CopyMemory, py::arg("to"), py::arg("source"), "Bytes into new memory, by several threads where there are many.");
}

}  // namespace ferry::session
