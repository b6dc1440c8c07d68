// What stands between CPython's pickler and the objects of one component.
//
// The C pickler asks `persistent_id` for every object and `reducer_override` for every one that is not of a basic type.
// Asked in Python that alone costs as much as the pickling; here it costs some 10 ns. The gate knows
//   - which addresses belong to somebody else and are written as a pid,
//   - which numbers are shared within the component: pickle has no memo for int and float, so `x is y` would be lost,
//   - which strings are interned, and shall be so again: there is one of each in a process, whoever holds it,
//   - for each type whether the pickler's own way serves, or which reducer of kernelferry.codec does,
//   - the last object asked for: where pickling fails, that is the one that failed,
//   - how the tables of sets are laid out (set_layout.h), and those of dicts and sets with keys that changed in them
//     (changed_keys.h): the pickler writes both without asking for a reducer,
//   - when to stop because a request waits.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "serializer/codec/address_map.h"

namespace ferry::codec {

class Gate : public std::enable_shared_from_this<Gate> {
 public:
  // classify(type) -> None (the pickler's own way) or a callable(object) -> reduce value or NotImplemented.
  // held(object) -> a pid or None, asked for shared containers; None: nobody is asked.
  // stopped: the exception to raise when work was asked to stop.
  Gate(pybind11::function classify, pybind11::object held, pybind11::object stopped)
      : classify_(std::move(classify)), held_(std::move(held)), stopped_(std::move(stopped)) {}

  // `object` is written as `pid` wherever it is met.
  void Refer(pybind11::object object, pybind11::object pid);

  // Callables for the pickler (METH_O); they keep the gate alive.
  pybind11::object PersistentId();
  pybind11::object ReducerOverride();

  pybind11::object last() const { return last_ ? last_ : pybind11::none(); }

  // Shared numbers and interned strings, written as pids -1, -2, ... : encoded beside the pickle, in this order.
  pybind11::list constants() const { return constants_; }

  // Pairs of a set or dict met and its table, flat: to be pickled after all else, when they stand in the pickler's memo.
  pybind11::list table_layouts() const { return table_layouts_; }

 private:
  static PyObject* AskPid(PyObject* self, PyObject* object);
  static PyObject* AskReducer(PyObject* self, PyObject* object);
  pybind11::object Callable(PyMethodDef* def);
  std::int64_t ConstantPid(PyObject* constant);  // 0: failed, an error is set
  bool NoteNumbers(PyObject* tuple);             // false: likewise
  bool NoteTable(PyObject* container);           // false: likewise

  pybind11::function classify_;
  pybind11::object held_;
  pybind11::object stopped_;
  pybind11::object last_;
  AddressMap<PyObject*> pids_;               // borrowed from owned_
  AddressMap<PyObject*> reducers_;           // likewise; None: the pickler's own way
  AddressMap<std::int64_t> constant_pids_;   // of constants_
  pybind11::list constants_;
  pybind11::list table_layouts_;
  AddressMap<bool> noted_;                   // of these; kept alive by the pickler's memo
  bool tuple_numbers_ = false;               // some of them are numbers that tuples hold
  std::vector<pybind11::object> owned_;
  unsigned asked_ = 0;
};

// The other direction: what the unpickler's persistent_load is. resolve(pid) is asked once for each pid.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  Resolver(pybind11::function resolve, pybind11::list constants)
      : resolve_(std::move(resolve)), constants_(std::move(constants)) {}
  pybind11::object PersistentLoad();

 private:
  static PyObject* Load(PyObject* self, PyObject* pid);

  pybind11::function resolve_;
  pybind11::list constants_;
  pybind11::dict known_;
};

}  // namespace ferry::codec
