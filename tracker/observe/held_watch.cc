#include "tracker/observe/held_watch.h"

#include <algorithm>
#include <unordered_set>

#include "tracker/objects/layout.h"
#include "tracker/objects/no_collection.h"
#include "tracker/observe/of_session.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

using Fields = std::vector<std::pair<PyObject*, PyObject*>>;

constexpr std::size_t kDeep = 3;  // objects on the way from a module

// An instance of a class that some library wrote, and no function of another kind (Cython has such).
bool IsHolder(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  return (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && !PyType_Check(value) && !PyModule_Check(value) && !type->tp_descr_get && !IsMainClass(type);
}

// What stands in the `__slots__` of its classes.
void AppendSlotFields(PyObject* holder, Fields* fields) {
  std::vector<objects::Slot> slots;
  for (PyTypeObject* type = Py_TYPE(holder); type && (type->tp_flags & Py_TPFLAGS_HEAPTYPE); type = type->tp_base) {
    slots.clear();
    objects::AppendSlots(type, &slots);
    for (const objects::Slot& slot : slots) {
      PyObject* value = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(holder) + slot.offset);
      PyObject* declared = value ? PyDict_GetItemString(type->tp_dict, slot.name) : nullptr;
      if (declared && Py_IS_TYPE(declared, &PyMemberDescr_Type)) fields->emplace_back(PyDescr_NAME(declared), value);
    }
  }
}

Fields FieldsOf(PyObject* holder) {
  Fields fields;
  AppendSlotFields(holder, &fields);
  if (PyObject* dict = objects::InstanceDict(holder); dict && PyDict_Check(dict)) {
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &name, &value))
      if (PyUnicode_Check(name)) fields.emplace_back(name, value);
    return fields;
  }
  std::vector<PyObject*> inline_fields;
  objects::AppendInlineFields(holder, &inline_fields);
  for (std::size_t i = 0; i + 1 < inline_fields.size(); i += 2) fields.emplace_back(inline_fields[i], inline_fields[i + 1]);
  return fields;
}

// Calls `meet(holder, fields, path)` for each object that the names lead to, once.
template <typename Meet>
void Walk(PyObject* names, Meet meet) {
  std::unordered_set<PyObject*> met;
  std::vector<PyObject*> path;
  auto follow = [&](auto& self, PyObject* name, PyObject* value) -> void {
    if (!PyUnicode_Check(name) || IsDunder(name) || !IsHolder(value) || !met.insert(value).second) return;
    const Fields fields = FieldsOf(value);
    path.push_back(name);
    meet(value, fields, path);
    if (path.size() < kDeep)
      for (auto [field, part] : fields) self(self, field, part);
    path.pop_back();
  };
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(names, &pos, &name, &value)) follow(follow, name, value);
}

}  // namespace

void HeldWatch::See(const py::dict& names) {
  objects::NoCollection no_collection;
  Walk(names.ptr(), [&](PyObject* holder, const Fields& fields, const auto&) {
    First& first = first_[holder];
    if (first.type == Py_TYPE(holder)) return;
    first = {Py_TYPE(holder), fields, {}};
    for (const auto& [field, part] : fields)
      if (IsPlain(part)) first.plain.push_back(py::reinterpret_borrow<py::object>(part));
  });
}

std::vector<HeldWatch::Change> HeldWatch::Look(const py::dict& names) const {
  std::vector<Change> found;
  objects::NoCollection no_collection;
  Walk(names.ptr(), [&](PyObject* holder, const Fields& fields, const std::vector<PyObject*>& path) {
    const auto known = first_.find(holder);
    if (known == first_.end() || known->second.type != Py_TYPE(holder)) return;
    const Fields& first = known->second.fields;
    for (const auto& field : fields) {
      if (std::find(first.begin(), first.end(), field) != first.end()) continue;
      Change change{{}, py::reinterpret_borrow<py::object>(holder), py::reinterpret_borrow<py::object>(field.second), py::cast<std::string>(py::handle(field.first))};
      for (PyObject* name : path) change.path.push_back(py::cast<std::string>(py::handle(name)));
      found.push_back(std::move(change));
    }
  });
  return found;
}

}  // namespace ferry::observe
