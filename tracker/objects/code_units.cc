// Classes and functions of the session: units by themselves, and what they are made of.
#include "tracker/objects/walk.h"

#include <algorithm>

#include "tracker/objects/origin.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

// Attributes of a class that are caches or descriptors of its layout.
bool IsClassState(PyObject* name, PyObject* value) {
  if (Py_TYPE(value) == &PyGetSetDescr_Type) return false;
  for (const char* no : {"__abstractmethods__", "_abc_impl", "__slotnames__"})
    if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, no) == 0) return false;
  return true;
}

// What was registered with an abstract base class, in the order of names. Borrowed: classes die in a collection only.
std::vector<PyObject*> Registered(PyTypeObject* type) {
  std::vector<PyObject*> result;
  if (!PyDict_GetItemString(type->tp_dict, "_abc_impl")) return result;
  try {
    py::tuple dump = py::module_::import("_abc").attr("_get_dump")(py::handle(reinterpret_cast<PyObject*>(type)));
    for (py::handle reference : dump[0])
      if (PyObject* target = PyWeakref_GetObject(reference.ptr()); PyType_Check(target)) result.push_back(target);
  } catch (py::error_already_set&) {
    // Something else of that name.
  }
  auto label = [](PyObject* target) { return TypeLabel(reinterpret_cast<PyTypeObject*>(target)); };
  std::sort(result.begin(), result.end(), [&](PyObject* a, PyObject* b) { return label(a) < label(b); });
  return result;
}

}  // namespace

// Written in the session, also where exec() ran it in another dict, or in a module that a cell made by hand.
bool Walk::IsSessionFunction(PyObject* function) const {
  if (objects::IsSessionFunction(function, namespace_)) return true;
  return !modules_.Find(reinterpret_cast<PyFunctionObject*>(function)->func_globals) && !IsFoundByImport(function);
}

void Walk::PutClass(PyTypeObject* type, const TypeInfo& info) {
  if (info.session) return Need(reinterpret_cast<PyObject*>(type));
  encoder_.Put(Tag::kLibrary, info.label);
}

void Walk::Need(PyObject* object) {
  // Of a class no references are counted (escape.cc), and every instance leads to one.
  if (object == last_code_ && PyType_Check(object)) return encoder_.Put(Tag::kSeenCodeUnit, last_order_);
  auto [entry, fresh] = table_.Insert(object);
  if (fresh) {
    entry->flags = Entry::kCodeUnit;
    std::string label;
    if (PyType_Check(object)) {
      label = TypeLabel(reinterpret_cast<PyTypeObject*>(object));
    } else {
      const char* text = PyUnicode_AsUTF8(reinterpret_cast<PyFunctionObject*>(object)->func_qualname);
      if (!text) PyErr_Clear();
      label = std::string("__main__.") + (text ? text : "?");
    }
    entry->unit = AddName(label, object);
    units_[entry->unit].code = true;
  }
  if (first_pass_ && !again_) ++entry->edges;
  std::uint32_t target = entry->unit;
  auto [place, first] = order_.try_emplace(target, static_cast<std::uint32_t>(met_.size()));
  last_code_ = object;
  last_order_ = place->second;
  if (!first) return encoder_.Put(Tag::kSeenCodeUnit, place->second);
  met_.push_back(target);
  encoder_.Put(Tag::kCodeUnit, units_[target].name);
  // A function that a class holds under its own qualified name is a method: it travels with the class.
  const Unit& self = units_[unit_];
  if (first_pass_ && self.code && PyType_Check(self.root) && units_[target].name.starts_with(self.name + "."))
    units_[unit_].parts.push_back(target);
}

// What a function returned of its own constants is also a variable's: one object, also after a resume.
void Walk::NoteConstants(PyObject* constants) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants); ++i) {
    PyObject* constant = PyTuple_GET_ITEM(constants, i);
    if (PyCode_Check(constant)) {
      NoteConstants(reinterpret_cast<PyCodeObject*>(constant)->co_consts);
    } else if (Py_REFCNT(constant) > 1 && IsDistinctLeaf(constant)) {
      NoteDistinct(constant, true);
    }
  }
}

void Walk::ExpandFunction(PyObject* object) {
  auto* f = reinterpret_cast<PyFunctionObject*>(object);
  const CodeInfo& code = codes_.Of(f->func_code);
  units_[unit_].codes.push_back(&code);
  encoder_.Put(Tag::kFunction, code.digest);
  NoteConstants(reinterpret_cast<PyCodeObject*>(f->func_code)->co_consts);
  std::size_t from = pending_.size();
  for (PyObject* part : {f->func_name, f->func_qualname, f->func_module ? f->func_module : Py_None, f->func_doc, f->func_defaults, f->func_kwdefaults})
    pending_.push_back(part);
  if (f->func_globals != namespace_.ptr() && !modules_.Find(f->func_globals)) pending_.push_back(f->func_globals);
  // Cells are what closures share; the tuple around them is not.
  for (Py_ssize_t i = 0, n = f->func_closure ? PyTuple_GET_SIZE(f->func_closure) : 0; i < n; ++i)
    pending_.push_back(PyTuple_GET_ITEM(f->func_closure, i));
  std::size_t annotations = pending_.size();
  if (f->func_annotations && PyTuple_CheckExact(f->func_annotations)) {  // not yet made into a dict
    ++number_;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(f->func_annotations); ++i)
      pending_.push_back(PyTuple_GET_ITEM(f->func_annotations, i));
  } else if (f->func_annotations) {
    AppendDict(f->func_annotations, nullptr);
  } else {
    ++number_;
  }
  encoder_.Number(pending_.size() - annotations);
  if (f->func_dict) AppendDict(f->func_dict, nullptr);
  else ++number_;
  encoder_.Number(pending_.size() - from);
  PushPending(object, Shape::kParts, from);
}

void Walk::ExpandClass(PyObject* object) {
  auto* type = reinterpret_cast<PyTypeObject*>(object);
  encoder_.Put(Tag::kClass, units_[unit_].name);
  PutClass(Py_TYPE(object), types_.Of(Py_TYPE(object)));
  std::size_t from = pending_.size();
  pending_.push_back(type->tp_bases);
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(type->tp_dict, &pos, &name, &value)) {
    if (!IsClassState(name, value)) continue;
    pending_.push_back(name);
    pending_.push_back(value);
  }
  for (PyObject* registered : Registered(type)) pending_.push_back(registered);
  // A metaclass may give its classes fields; they lie in the same dict.
  encoder_.Number(pending_.size() - from);
  PushPending(object, Shape::kParts, from);
}

}  // namespace ferry::objects
