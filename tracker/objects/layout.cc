// The only file that sees CPython's internal headers.
#define Py_BUILD_CORE 1
#include <Python.h>
#undef HAVE_STD_ATOMIC  // <stdatomic.h> is not C++20; the builtin atomics of the same layout take its place
#define HAVE_BUILTIN_ATOMIC 1
#include <structmember.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_object.h>
#include <internal/pycore_pystate.h>
#include <internal/pycore_runtime.h>

#include "tracker/objects/layout.h"

static_assert(PY_VERSION_HEX >> 16 == 0x030b, "the layouts read here are those of CPython 3.11");

namespace ferry::objects {

PyObject* InstanceDict(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) return *_PyObject_ManagedDictPointer(object);
  if (type->tp_dictoffset == 0) return nullptr;
  PyObject** place = _PyObject_GetDictPtr(object);
  return place ? *place : nullptr;
}

void AppendInlineFields(PyObject* object, std::vector<PyObject*>* out) {
  PyTypeObject* type = Py_TYPE(object);
  if (!(type->tp_flags & Py_TPFLAGS_MANAGED_DICT)) return;
  PyDictValues* values = *_PyObject_ValuesPointer(object);
  if (!values) return;
  PyDictKeysObject* keys = reinterpret_cast<PyHeapTypeObject*>(type)->ht_cached_keys;
  PyDictUnicodeEntry* entries = DK_UNICODE_ENTRIES(keys);
  const std::uint8_t* prefix = reinterpret_cast<const std::uint8_t*>(values) - 2;
  for (int i = 1, used = *prefix; i <= used; ++i) {
    int index = prefix[-i];
    if (PyObject* value = values->values[index]) {
      out->push_back(entries[index].me_key);
      out->push_back(value);
    }
  }
}

bool HasFields(PyObject* object) {
  if (PyObject* dict = InstanceDict(object)) return PyDict_GET_SIZE(dict) > 0;
  if (!(Py_TYPE(object)->tp_flags & Py_TPFLAGS_MANAGED_DICT)) return false;
  std::vector<PyObject*> fields;
  AppendInlineFields(object, &fields);
  return !fields.empty();
}

void AppendSlots(PyTypeObject* type, std::vector<Slot>* out) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return;
  PyMemberDef* member = _PyHeapType_GET_MEMBERS(type);
  for (Py_ssize_t i = 0, n = Py_SIZE(type); i < n; ++i, ++member)
    if (member->name && (member->type == T_OBJECT_EX || member->type == T_OBJECT)) out->push_back({member->name, member->offset});
}

void KeepGil() { _Py_atomic_store_relaxed(&_PyInterpreterState_GET()->ceval.gil_drop_request, 0); }

std::int64_t AppendGenerator(PyObject* generator, std::vector<PyObject*>* out) {
  auto* g = reinterpret_cast<PyGenObject*>(generator);
  if (g->gi_frame_state >= FRAME_COMPLETED) return GeneratorPosition::kFinished;
  auto* frame = reinterpret_cast<_PyInterpreterFrame*>(g->gi_iframe);
  if (g->gi_frame_state == FRAME_EXECUTING) return GeneratorPosition::kUnknown;  // f_locals is a copy made for who asked
  out->push_back(reinterpret_cast<PyObject*>(frame->f_code));
  out->push_back(g->gi_exc_state.exc_value);
  for (int i = 0; i < frame->stacktop; ++i) out->push_back(frame->localsplus[i]);
  return g->gi_frame_state == FRAME_CREATED ? 0 : 1 + _PyInterpreterFrame_LASTI(frame);
}

unsigned long GilSwitches() { return _PyRuntime.ceval.gil.switch_number; }

std::uint64_t VersionOf(PyObject* dict) { return reinterpret_cast<PyDictObject*>(dict)->ma_version_tag; }

std::optional<std::span<const DictItem>> TableOf(PyObject* dict) {
  static_assert(sizeof(DictItem) == sizeof(PyDictUnicodeEntry) && offsetof(DictItem, key) == offsetof(PyDictUnicodeEntry, me_key) &&
                offsetof(DictItem, value) == offsetof(PyDictUnicodeEntry, me_value));
  const auto* d = reinterpret_cast<PyDictObject*>(dict);
  if (d->ma_values || d->ma_keys->dk_kind != DICT_KEYS_UNICODE) return std::nullopt;
  return std::span(reinterpret_cast<const DictItem*>(DK_UNICODE_ENTRIES(d->ma_keys)), static_cast<std::size_t>(d->ma_keys->dk_nentries));
}

PyObject* PlainBytecode(PyObject* code) { return PyCode_GetCode(reinterpret_cast<PyCodeObject*>(code)); }

}  // namespace ferry::objects
