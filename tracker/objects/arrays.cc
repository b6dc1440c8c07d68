#include "tracker/objects/arrays.h"

#include <string>
#include <string_view>

#include "tracker/objects/types.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// numpy.ndarray of this process, or nullptr while numpy is not there. Borrowed: a loaded numpy is never unloaded.
PyTypeObject* ArrayType() {
  static PyTypeObject* type = nullptr;
  if (type) return type;
  PyObject* module = PyDict_GetItemString(PyImport_GetModuleDict(), "numpy");
  PyObject* found = module && PyModule_Check(module) ? PyDict_GetItemString(PyModule_GetDict(module), "ndarray") : nullptr;
  if (found && PyType_Check(found)) type = reinterpret_cast<PyTypeObject*>(found);
  return type;
}

}  // namespace

bool IsArray(PyObject* object) {
  PyTypeObject* type = ArrayType();
  return type && PyType_IsSubtype(Py_TYPE(object), type);
}

bool Arrays::Readable(PyObject* object) {
  if (readable_ >= 0) return readable_;
  readable_ = 0;
  try {
    auto* a = reinterpret_cast<Array*>(object);
    py::object getter = py::handle(reinterpret_cast<PyObject*>(ArrayType())).attr("__dict__")["__array_interface__"];
    py::dict told = getter.attr("__get__")(py::handle(object));
    py::tuple shape = told["shape"];
    bool same = told["data"].cast<py::tuple>()[0].cast<std::uintptr_t>() == reinterpret_cast<std::uintptr_t>(a->data) &&
                shape.size() == static_cast<std::size_t>(a->nd);
    for (int i = 0; same && i < a->nd; ++i) same = shape[i].cast<Py_ssize_t>() == a->dimensions[i];
    readable_ = same;
  } catch (py::error_already_set&) {
    // No interface: not the numpy we know.
  }
  return readable_;
}

const DtypeInfo& Arrays::Dtype(PyObject* descr) {
  auto [it, fresh] = dtypes_.try_emplace(descr);
  DtypeInfo& info = it->second;
  if (fresh) {
    py::handle d(descr);
    info.item_size = d.attr("itemsize").cast<Py_ssize_t>();
    info.has_objects = d.attr("hasobject").cast<bool>();
    info.plain_objects = d.attr("char").cast<std::string>() == "O";
    std::string text = py::repr(d).cast<std::string>() + "|" + py::str(d.attr("str")).cast<std::string>() + "|" +
                       py::repr(d.attr("metadata")).cast<std::string>();
    info.digest = DigestOf(text);
  }
  return info;
}

PyObject* Arrays::BaseOf(Array* array) {
  PyObject* base = array->base;
  if (!base || IsArray(base) || std::string_view(Py_TYPE(base)->tp_name) != "DummyArray") return base;
  const auto strided = py::reinterpret_steal<py::object>(PyObject_GetAttrString(base, "base"));  // `base` goes on holding it
  if (!strided) PyErr_Clear();
  return strided && IsArray(strided.ptr()) ? strided.ptr() : base;
}

PyObject* Arrays::Holder(Array* array) {
  PyObject* base = BaseOf(array);
  while (base && (IsArray(base) || PyMemoryView_Check(base))) {
    if (IsArray(base)) base = BaseOf(reinterpret_cast<Array*>(base));
    else base = PyMemoryView_GET_BUFFER(base)->obj;
  }
  return base && !PyBytes_CheckExact(base) ? base : nullptr;
}

bool Arrays::OwnsMemory(const Array* array) {
  while (array->base) {
    if (!IsArray(array->base)) return false;
    array = reinterpret_cast<const Array*>(array->base);
  }
  return array->owns_data();
}

std::pair<const char*, const char*> Arrays::Extent(const Array* a, Py_ssize_t item_size) {
  const char *low = a->data, *high = a->data + item_size;
  if (a->size() == 0) return {low, low};
  for (int i = 0; i < a->nd; ++i) {
    Py_ssize_t reach = (a->dimensions[i] - 1) * a->strides[i];
    (reach < 0 ? low : high) += reach;
  }
  return {low, high};
}

}  // namespace ferry::objects
