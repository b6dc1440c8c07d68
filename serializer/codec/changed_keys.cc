#include "serializer/codec/changed_keys.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <opcode.h>

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

// Whether to ask for a hash runs nothing that could be noticed: `__hash__` only reads attributes of the object, joins them,
// and gives them to builtin functions. Anything else it does would be done by each save.
class Harmless {
 public:
  bool operator()(PyObject* value, int depth = 0) {
    if (depth > 20) return false;
    if (PyTuple_CheckExact(value)) {
      for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i)
        if (!(*this)(PyTuple_GET_ITEM(value, i), depth + 1)) return false;
      return true;
    }
    if (PyFrozenSet_CheckExact(value)) return true;  // has its hash, or those of its members
    PyTypeObject* type = Py_TYPE(value);
    if (type->tp_hash != HashOfPython()) return !PyTuple_Check(value);
    auto [known, fresh] = reads_.try_emplace(type);
    if (fresh) known->second = Reads(type);
    if (!known->second) return false;
    const std::vector<py::object> names = *known->second;  // the map may grow
    for (const py::object& name : names) {
      const auto part = py::reinterpret_steal<py::object>(PyObject_GenericGetAttr(value, name.ptr()));
      if (!part) return PyErr_Clear(), false;
      if (!(*this)(part.ptr(), depth + 1)) return false;
    }
    return true;
  }

 private:
  // The attributes that `__hash__` of a class reads; nullopt: it does more.
  static std::optional<std::vector<py::object>> Reads(PyTypeObject* type) {
    static PyObject* const name = PyUnicode_InternFromString("__hash__");
    PyObject* function = _PyType_Lookup(type, name);
    if (type->tp_getattro != PyObject_GenericGetAttr || !function || !PyFunction_Check(function)) return std::nullopt;
    auto* code = reinterpret_cast<PyCodeObject*>(PyFunction_GET_CODE(function));
    if (code->co_argcount != 1 || code->co_nlocals != 1 || code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) return std::nullopt;
    const auto bytes = py::reinterpret_steal<py::bytes>(PyCode_GetCode(code));
    const std::string_view text = bytes;
    std::vector<py::object> names;
    int before = 0;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
      const int op = static_cast<unsigned char>(text[at]), arg = static_cast<unsigned char>(text[at + 1]);
      switch (op) {
        case CACHE: continue;
        case RESUME: case NOP: case PUSH_NULL: case LOAD_FAST: case LOAD_CONST: case BUILD_TUPLE: case BINARY_OP: case UNARY_NEGATIVE:
        case UNARY_INVERT: case PRECALL: case CALL: case RETURN_VALUE:
          break;
        case LOAD_ATTR: {
          PyObject* attribute = PyTuple_GET_ITEM(code->co_names, arg);
          PyObject* found = _PyType_Lookup(type, attribute);
          if (before != LOAD_FAST || (found && Py_TYPE(found) != &PyMemberDescr_Type)) return std::nullopt;
          names.push_back(py::reinterpret_borrow<py::object>(attribute));
          break;
        }
        case LOAD_GLOBAL: {
          PyObject* global = PyTuple_GET_ITEM(code->co_names, arg >> 1);
          if (PyDict_Contains(PyFunction_GET_GLOBALS(function), global) || !IsHarmlessFunction(global)) return std::nullopt;
          break;
        }
        default: return std::nullopt;
      }
      before = op;
    }
    return names;
  }

  static bool IsHarmlessFunction(PyObject* name) {
    for (const char* known : {"hash", "id", "tuple", "len", "int", "float", "bool", "type"})
      if (PyUnicode_CompareWithASCIIString(name, known) == 0) return true;
    return false;
  }

  std::unordered_map<PyTypeObject*, std::optional<std::vector<py::object>>> reads_;
};

bool Changed(PyObject* key, Py_hash_t then, Harmless& harmless) {
  if (!MayChange(key) || !harmless(key)) return false;
  const Py_hash_t now = PyObject_Hash(key);
  if (now == -1 && PyErr_Occurred()) return PyErr_Clear(), false;  // loading says so
  return now != then;
}

// Of a class that a cell wrote. Libraries change no keys.
bool IsOfCells(PyObject* key, int depth = 0) {
  if (PyTuple_Check(key)) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
      if (depth <= 20 && IsOfCells(PyTuple_GET_ITEM(key, i), depth + 1)) return true;
  }
  PyTypeObject* type = Py_TYPE(key);
  PyObject* module = type->tp_flags & Py_TPFLAGS_HEAPTYPE ? PyDict_GetItemString(type->tp_dict, "__module__") : nullptr;
  return module && PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "__main__") == 0;
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
  bool changed = false, unasked = false;
  Harmless harmless;
  for (const Member& m : members) {
    changed = changed || Changed(m.key.ptr(), m.hash, harmless);
    unasked = unasked || (MayChange(m.key.ptr()) && !harmless(m.key.ptr()) && IsOfCells(m.key.ptr()));
  }
  if (!changed && (!unasked || PyODict_Check(container.ptr()))) return py::none();
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
  if (unasked) return py::make_tuple(held, py::bytes(table), true);
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
