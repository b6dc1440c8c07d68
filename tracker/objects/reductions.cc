#include "tracker/objects/reductions.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// Types of Cython hand a constant of their module to what makes them again. It is one object for all instances, but none
// that they hold.
void DropChecksum(py::list parts) {
  constexpr std::size_t kPlace = 1;
  if (parts.size() < 2 || !py::isinstance<py::tuple>(parts[1])) return;
  std::string name = py::str(py::getattr(parts[0], "__name__", py::str("")));
  py::tuple arguments = parts[1];
  if (!name.starts_with("__pyx_unpickle_") || arguments.size() <= kPlace) return;
  py::list kept(arguments);
  kept.attr("pop")(kPlace);
  parts[1] = py::tuple(kept);
}

py::object Reduce(PyObject* object, const TypeInfo& info, bool* hung) {
  py::handle h(object);
  if (info.children) return py::list(info.children(h));
  py::object result;
  if (info.reduce) {
    // An old-style __reduce__ takes no protocol.
    bool takes_protocol = py::str(info.reduce.attr("__name__")).equal(py::str("__reduce_ex__"));
    result = takes_protocol ? info.reduce(h, 4) : info.reduce(h);
  } else {
    py::object table = py::module_::import("copyreg").attr("dispatch_table");
    py::object type = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(Py_TYPE(object)));
    result = table.contains(type) ? table[type](h) : h.attr("__reduce_ex__")(4);
  }
  if (py::isinstance<py::str>(result)) return result;
  py::list parts(result);
  DropChecksum(parts);
  for (std::size_t i = 3; i < parts.size() && i < 5; ++i)
    if (!parts[i].is_none()) parts[i] = py::list(parts[i]);
  if (info.fields && HasFields(object)) {
    py::dict attributes = py::module_::import("kernelferry.objects.hung").attr("forgotten")(h, result);
    *hung = !attributes.empty();
    if (*hung) parts.append(attributes);
  }
  return parts;
}

}  // namespace

PyObject* Reductions::Of(PyObject* object, const TypeInfo& info) {
  auto it = parts_.find(object);
  if (it != parts_.end()) return it->second.ptr();
  const auto alive = py::reinterpret_borrow<py::object>(object);  // while code of libraries runs, other threads may
  py::object parts;
  bool hung = false;
  try {
    parts = Reduce(object, info, &hung);
  } catch (py::error_already_set&) {
    // Not picklable, says its type.
  }
  if (hung) hung_.insert(object);
  return (parts_[object] = std::move(parts)).ptr();
}

}  // namespace ferry::objects
