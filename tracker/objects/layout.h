// What CPython 3.11 keeps where its public headers do not reach: the inline values of instances (read without making a
// dict of them), the members behind a heap type, the insertion order of split dicts, the frame of a generator, and the
// count of GIL switches.
#pragma once

#include <Python.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ferry::objects {

// The dict of an instance, if it has one as an object by now; else nullptr.
PyObject* InstanceDict(PyObject* object);

// Appends name, value, name, value ... of an instance whose fields lie in inline values, in insertion order. Nothing
// if they lie in a dict. Borrowed references.
void AppendInlineFields(PyObject* object, std::vector<PyObject*>* out);

// Whether an object has a field in its dict or its inline values.
bool HasFields(PyObject* object);

struct Slot {
  const char* name;
  Py_ssize_t offset;
};
// The `__slots__` of one heap class (not of its bases).
void AppendSlots(PyTypeObject* type, std::vector<Slot>* out);

// Where a generator (PyGen_Type) stands. Appends what it will go on with: its code, variables, and unfinished
// expressions (not its function, which nothing asks for again); borrowed, null for an unbound variable. Position: of the next instruction, kFinished, or kUnknown for one
// that is running.
struct GeneratorPosition {
  static constexpr std::int64_t kFinished = -1, kUnknown = -2;
};
std::int64_t AppendGenerator(PyObject* generator, std::vector<PyObject*>* out);

// Grows each time another thread got the GIL: what was read before may have changed.
unsigned long GilSwitches();
// Takes back what waiting threads asked for: for the next switch interval (5 ms) Python code of ours keeps the GIL.
void KeepGil();

// A number that changes with each change of the dict.
std::uint64_t VersionOf(PyObject* dict);

// The table of a dict whose keys are all str: in insertion order, both null where an entry was deleted. Borrowed, and valid
// until the dict changes. nullopt for a dict of another kind.
struct DictItem {
  PyObject* key;
  PyObject* value;
};
std::optional<std::span<const DictItem>> TableOf(PyObject* dict);

// The bytecode as compiled, without what the adaptive interpreter wrote into it. New reference.
PyObject* PlainBytecode(PyObject* code);

}  // namespace ferry::objects
