#include "serializer/codec/changed_keys.h"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace ferry::codec {

namespace py = pybind11;

namespace {

constexpr std::size_t kSmallest = 8;  // PySet_MINSIZE: this table is part of the object

// Of a set; a dict has the hashes alone. After it the slots of members and dummies, then the hashes, 8 bytes each.
struct Header {
  std::uint64_t mask, finger, used, dummies;
};

// The slot of a class whose `__hash__` is a function of Python.
hashfunc HashOfPython() {
  static const hashfunc slot = reinterpret_cast<PyTypeObject*>(py::module_::import("enum").attr("Enum").ptr())->tp_hash;
  return slot;
}

// Whether the hash may be another one now.
bool MayChange(PyObject* key, int depth = 0) {
  if (PyUnicode_CheckExact(key) || PyLong_CheckExact(key)) return false;
  if (PyTuple_Check(key)) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
      if (depth > 20 || MayChange(PyTuple_GET_ITEM(key, i), depth + 1)) return true;
  }
  return Py_TYPE(key)->tp_hash == HashOfPython();
}

bool Changed(PyObject* key, Py_hash_t then) {
  if (!MayChange(key)) return false;
  const Py_hash_t now = PyObject_Hash(key);
  if (now == -1 && PyErr_Occurred()) throw py::error_already_set();
  return now != then;
}

struct Member {
  py::object key, value;
  Py_hash_t hash;
  std::uint64_t slot;
};

// Holds all members: `__hash__` may change the container.
std::vector<Member> MembersOf(PyObject* container, std::vector<std::uint64_t>* dummies) {
  std::vector<Member> members;
  auto own = [](PyObject* object) { return py::reinterpret_borrow<py::object>(object); };
  if (PyDict_Check(container)) {
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    while (_PyDict_Next(container, &pos, &key, &value, &hash)) members.push_back({own(key), own(value), hash, 0});
    return members;
  }
  auto* so = reinterpret_cast<PySetObject*>(container);
  for (Py_ssize_t slot = 0; slot <= so->mask; ++slot) {
    const setentry& entry = so->table[slot];
    if (entry.key == _PySet_Dummy) dummies->push_back(slot);
    else if (entry.key) members.push_back({own(entry.key), {}, entry.hash, static_cast<std::uint64_t>(slot)});
  }
  return members;
}

void RestoreSet(PyObject* set, const py::list& members, std::string_view table) {
  Header header;
  if (table.size() < sizeof header) throw py::value_error("no table of a set");
  std::memcpy(&header, table.data(), sizeof header);
  const std::uint64_t mask = header.mask, used = header.used, places = (table.size() - sizeof header) / 8;
  if ((mask & (mask + 1)) || mask + 1 < kSmallest || mask >= PY_SSIZE_T_MAX / sizeof(setentry) || used != members.size() || used > mask ||
      header.dummies > mask - used || places != 2 * used + header.dummies || header.finger > PY_SSIZE_T_MAX)
    throw py::value_error("no table of a set");
  auto at = [&](std::size_t i) {
    std::uint64_t number;
    std::memcpy(&number, table.data() + sizeof header + 8 * i, 8);
    return number;
  };
  std::vector<setentry> entries(mask + 1, setentry{nullptr, 0});
  for (std::size_t i = 0; i < used + header.dummies; ++i) {
    if (at(i) > mask || entries[at(i)].key) throw py::value_error("no table of a set");
    entries[at(i)] = i < used ? setentry{members[i].ptr(), static_cast<Py_hash_t>(at(used + header.dummies + i))} : setentry{_PySet_Dummy, -1};
  }
  auto* so = reinterpret_cast<PySetObject*>(set);
  setentry* memory = so->smalltable;
  if (mask + 1 != kSmallest && !(memory = PyMem_New(setentry, mask + 1))) {
    PyErr_NoMemory();
    throw py::error_already_set();
  }
  std::vector<PyObject*> before;
  for (Py_ssize_t slot = 0; slot <= so->mask; ++slot)
    if (PyObject* key = so->table[slot].key; key && key != _PySet_Dummy) before.push_back(key);
  setentry* old = so->table == so->smalltable ? nullptr : so->table;
  std::memcpy(memory, entries.data(), entries.size() * sizeof(setentry));
  for (py::handle member : members) member.inc_ref();
  so->table = memory;
  so->mask = static_cast<Py_ssize_t>(mask);
  so->used = static_cast<Py_ssize_t>(used);
  so->fill = static_cast<Py_ssize_t>(used + header.dummies);
  so->finger = static_cast<Py_ssize_t>(header.finger);
  PyMem_Free(old);
  for (PyObject* key : before) Py_DECREF(key);
}

}  // namespace

bool MayHaveChanged(py::handle held) {
  PyObject* container = held.ptr();
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  Py_hash_t hash;
  if (PyDict_Check(container)) {
    while (_PyDict_Next(container, &pos, &key, &value, &hash))
      if (MayChange(key)) return true;
  } else {
    while (_PySet_NextEntry(container, &pos, &key, &hash))
      if (MayChange(key)) return true;
  }
  return false;
}

py::object ChangedTable(py::handle container) {
  if (!MayHaveChanged(container)) return py::none();
  std::vector<std::uint64_t> dummies;
  const std::vector<Member> members = MembersOf(container.ptr(), &dummies);
  bool changed = false;
  for (const Member& m : members) changed = changed || Changed(m.key.ptr(), m.hash);
  if (!changed) return py::none();
  if (PyODict_Check(container.ptr())) throw py::type_error("a key of an OrderedDict changed after it was put in");
  const bool dict = PyDict_Check(container.ptr());
  py::list held;
  std::string table;
  auto put = [&](std::uint64_t number) { table.append(reinterpret_cast<const char*>(&number), sizeof number); };
  if (!dict) {
    auto* so = reinterpret_cast<PySetObject*>(container.ptr());
    for (auto number : {so->mask, so->finger, so->used, static_cast<Py_ssize_t>(dummies.size())}) put(static_cast<std::uint64_t>(number));
    for (const Member& m : members) put(m.slot);
    for (std::uint64_t slot : dummies) put(slot);
  }
  for (const Member& m : members) {
    put(static_cast<std::uint64_t>(m.hash));
    held.append(m.key);
    if (dict) held.append(m.value);
  }
  return py::make_tuple(held, py::bytes(table));
}

void RestoreTable(py::handle container, const py::list& members, py::bytes bytes) {
  const std::string_view table = bytes;
  if (PyAnySet_Check(container.ptr())) return RestoreSet(container.ptr(), members, table);
  const std::size_t count = table.size() / 8;
  if (!PyDict_Check(container.ptr()) || PyODict_Check(container.ptr()) || members.size() != 2 * count)
    throw py::value_error("no table of a dict");
  PyDict_Clear(container.ptr());
  for (std::size_t i = 0; i < count; ++i) {
    Py_hash_t hash;
    std::memcpy(&hash, table.data() + 8 * i, 8);
    if (_PyDict_SetItem_KnownHash(container.ptr(), members[2 * i].ptr(), members[2 * i + 1].ptr(), hash) != 0) throw py::error_already_set();
  }
  if (static_cast<std::size_t>(PyDict_GET_SIZE(container.ptr())) != count) throw py::value_error("keys of a dict that differed are equal now");
}

}  // namespace ferry::codec
