// Instances: their slots and dict, the contents of a builtin base, and the members that types of C have.
#include "tracker/objects/walk.h"

#include <structmember.h>

namespace ferry::objects {
namespace {

PyMemberDef* ObjectMember(PyMemberDef* member) {
  while (member->name && member->type != T_OBJECT && member->type != T_OBJECT_EX) ++member;
  return member->name ? member : nullptr;
}

}  // namespace

void Walk::ExpandInstance(PyObject* object, const TypeInfo& info) {
  if (!info.opaque.empty()) MarkOpaque(info.label);
  encoder_.Put(Tag::kInstance);
  PutClass(Py_TYPE(object), info);
  std::size_t from = pending_.size();
  AppendFields(object, info);
  PushPending(object, Shape::kFields, from);
  ExpandBase(object, info.base);
}

// Slots, then the dict, as name, value, name, value ...
void Walk::AppendFields(PyObject* object, const TypeInfo& info) {
  for (const Slot& slot : info.slots) {
    PyObject* value = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + slot.offset);
    if (info.caches.contains(slot.name)) {
      cached_.push_back(value);
      continue;
    }
    pending_.push_back(nullptr);
    pending_.push_back(value);
  }
  if (PyObject* dict = InstanceDict(object)) return AppendDict(dict, &info);
  ++number_;
  std::size_t from = pending_.size();
  AppendInlineFields(object, &pending_);
  if (info.caches.empty()) return;
  for (std::size_t i = from; i < pending_.size();) {
    if (info.caches.contains(PyUnicode_AsUTF8(pending_[i]))) {
      cached_.push_back(pending_[i + 1]);
      pending_.erase(pending_.begin() + i, pending_.begin() + i + 2);
    } else {
      i += 2;
    }
  }
}

// The dict of an object counts as part of it, and keeps a number of its own: someone may hold `vars(x)`.
void Walk::AppendDict(PyObject* dict, const TypeInfo* info) {
  std::uint32_t number = ++number_;
  if (Py_REFCNT(dict) > 1) {
    auto [entry, fresh] = table_.Insert(dict);
    if (fresh) {
      entry->unit = unit_;
      entry->edges = 1;
      entry->flags = Entry::kMutable;
    } else {
      if (first_pass_ && !again_) ++entry->edges;
      if (entry->flags & Entry::kReference) return;
      if (entry->walk == walk_) return encoder_.Put(Tag::kBack, entry->number);
      if (first_pass_) {
        links_.Union(entry->unit, unit_);
        return encoder_.Put(Tag::kForeign);
      }
    }
    entry->walk = walk_;
    entry->number = number;
  }
  PyObject *name, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &name, &value)) {
    if (info && !info->caches.empty() && PyUnicode_Check(name)) {
      const char* text = PyUnicode_AsUTF8(name);
      if (!text) PyErr_Clear();
      if (text && info->caches.contains(text)) {
        cached_.push_back(value);
        continue;
      }
    }
    pending_.push_back(name);
    pending_.push_back(value);
  }
}

void Walk::AppendMembers(PyObject* object, PyTypeObject* type) {
  for (PyMemberDef* m = type->tp_members; m && (m = ObjectMember(m)); ++m)
    pending_.push_back(*reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + m->offset));
}

// Arguments, what it was raised from, and the members of builtin exceptions. Tracebacks are cut: they lead to frames.
void Walk::ExpandException(PyObject* object) {
  auto* e = reinterpret_cast<PyBaseExceptionObject*>(object);
  encoder_.Put(Tag::kException, e->suppress_context);
  std::size_t from = pending_.size();
  for (PyObject* part : {e->args, e->cause, e->context}) pending_.push_back(part);
  for (PyTypeObject* t = Py_TYPE(object); t; t = t->tp_base)
    if (!(t->tp_flags & Py_TPFLAGS_HEAPTYPE)) AppendMembers(object, t);
  PushPending(object, Shape::kParts, from);
}

}  // namespace ferry::objects
