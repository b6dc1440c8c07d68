// What a walk does with an object that is no plain value: what is known by its name is named, what was met before is
// referred to, and the rest is listed, linked and opened.
#include "tracker/objects/walk.h"

#include "tracker/objects/origin.h"

namespace ferry::objects {

void Walk::VisitObject(PyObject* object) {
  const TypeInfo& info = types_.Of(Py_TYPE(object));
  if (first_pass_) ++units_[unit_].objects;
  switch (info.kind) {
    case Kind::kModule: {
      if (PyModule_GetDict(object) == namespace_.ptr()) units_[unit_].door = true;
      const char* name = PyModule_GetName(object);
      if (!name) PyErr_Clear();
      if (!IsImported(object) && PyModule_GetDict(object) != namespace_.ptr()) break;  // made by hand
      return encoder_.Put(Tag::kModule, name ? name : "?");
    }
    case Kind::kClass: {
      const TypeInfo& self = types_.Of(reinterpret_cast<PyTypeObject*>(object));
      return PutClass(reinterpret_cast<PyTypeObject*>(object), self);
    }
    case Kind::kFunction: {
      if (IsSessionFunction(object)) return Need(object);
      if (IsLocalFunction(object)) break;
      auto* f = reinterpret_cast<PyFunctionObject*>(object);
      encoder_.Put(Tag::kLibrary);
      if (first_pass_ && !IsFoundByImport(object)) ++units_[unit_].unfound;
      for (PyObject* part : {f->func_module, f->func_qualname})
        if (!part || EncodeLeaf(encoder_, part) == Leaf::kNo) encoder_.Put(Tag::kAbsent);
      return;
    }
    case Kind::kBuiltin: {
      auto* f = reinterpret_cast<PyCFunctionObject*>(object);
      encoder_.Put(Tag::kBuiltin, f->m_ml->ml_name);
      if (f->m_self && PyType_Check(f->m_self)) {  // `tuple.__new__`: there is one, and everybody holds it
        auto* type = reinterpret_cast<PyTypeObject*>(f->m_self);
        const TypeInfo& self = types_.Of(type);
        if (!self.session && PyDict_GetItemString(type->tp_dict, f->m_ml->ml_name) == object) return PutClass(type, self);
      }
      if (f->m_self && !PyModule_Check(f->m_self)) break;
      if (!f->m_module || EncodeLeaf(encoder_, f->m_module) == Leaf::kNo) encoder_.Put(Tag::kAbsent);
      return;
    }
    case Kind::kCode: {
      const CodeInfo& code = codes_.Of(object);
      units_[unit_].codes.push_back(&code);
      return encoder_.Put(Tag::kCode, code.digest);
    }
    case Kind::kNamed: {
      auto* descriptor = reinterpret_cast<PyDescrObject*>(object);
      encoder_.Put(Tag::kNamed, TypeLabel(descriptor->d_type));
      EncodeLeaf(encoder_, descriptor->d_name);
      return;
    }
    case Kind::kDoor:
      units_[unit_].door = true;
      if (PyFrame_Check(object)) MarkOpaque("frame");
      return encoder_.Put(Tag::kDoor, info.label);
    case Kind::kTraceback:
      MarkOpaque("traceback");
      return encoder_.Put(Tag::kTraceback);
    case Kind::kScalar:
      encoder_.Put(Tag::kScalar, info.label);
      encoder_.Raw(reinterpret_cast<const char*>(object) + sizeof(PyObject), info.scalar_size);
      if (Py_REFCNT(object) > 1) NoteDistinct(object, true);
      return;
    default:
      break;
  }
  if (object == namespace_.ptr()) {
    units_[unit_].door = true;
    return encoder_.Put(Tag::kDoor, "namespace");
  }
  VisitTracked(object, info);
}

void Walk::VisitTracked(PyObject* object, const TypeInfo& info) {
  std::uint32_t number = ++number_;
  const bool immutable = info.immutable && !IsHung(object, info);
  bool again = again_, listing = listing_, made = made_;
  Py_ssize_t place = Py_TYPE(object)->tp_weaklistoffset;
  const bool weakly_held = place > 0 && *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + place);
  // What is reduced can come back through what its reduction made, so it is listed whoever holds it; what has weak
  // references can be met through one; a class method has its function as two members.
  if (Py_REFCNT(object) > 1 || units_[unit_].listed || listing_ || weakly_held || info.kind == Kind::kReduced || info.kind == Kind::kOpaque ||
      info.kind == Kind::kFunction) {
    auto [entry, fresh] = table_.Insert(object);
    if (fresh) {
      entry->unit = unit_;
      entry->edges = 1;
      entry->flags = immutable ? 0 : Entry::kMutable;
      if (Py_REFCNT(object) > 1 && modules_.Find(object)) entry->flags |= Entry::kReference;
    } else if (first_pass_ && !again) {
      ++entry->edges;
    }
    if (first_pass_) entry->flags |= memory_ && !(entry->flags & Entry::kUnder) ? Entry::kUnder : Entry::kMet;
    if (entry->flags & Entry::kReference) {
      const ModuleReference* place = modules_.Find(object);
      encoder_.Put(Tag::kModuleObject, place->module);
      return encoder_.Put(Tag::kStr, place->attribute);
    }
    if (!fresh && entry->walk == walk_) return encoder_.Put(Tag::kBack, entry->number);
    if (!fresh && first_pass_) {
      if (entry->flags & Entry::kMutable) {
        links_.Union(entry->unit, unit_);
        return encoder_.Put(Tag::kForeign);
      }
      if (!again) sharings_.push_back({object, entry->unit, unit_});
      again_ = true;
    }
    entry->walk = walk_;
    entry->number = number;
    listing_ = !(entry->flags & Entry::kMutable);
  }
  if (first_pass_ && weakly_held) weakly_held_.emplace_back(object, unit_);
  Expand(object, info);
  again_ = again;
  listing_ = listing;
  made_ = made;
}

void Walk::PutLarge(PyObject* owner, const void* data, std::size_t size, bool own) {
  encoder_.Put(Tag::kBuffer, static_cast<std::uint64_t>(size));
  if (stopped_) return;
  // What a reduction made just now is another object each time, at an address that may have been another's.
  const bool lasting = own && !(made_ && Py_REFCNT(owner) == 1);
  const std::optional<Digest> digest = buffers_.Of(owner, data, size, lasting, units_[unit_].untouched);
  if (!digest) {
    stopped_ = true;
    return;
  }
  encoder_.Put(Tag::kBuffer, *digest);
}

void Walk::MarkOpaque(const std::string& why) {
  Unit& unit = units_[unit_];
  if (first_pass_ && unit.opaque.empty()) unit.opaque = why + " at " + PathOf(unit.name, frames_, pending_);
}

}  // namespace ferry::objects
