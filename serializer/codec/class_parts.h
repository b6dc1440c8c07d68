// What the codec must see in and do to classes, functions, instances and weak references that Python code cannot.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::codec {

// Makes `metaclass` the type of `cls`, without asking either. Both must be classes of one layout; else TypeError.
void SetMetaclass(pybind11::handle cls, pybind11::handle metaclass);

// Sets names of a class that type.__new__ made: `items` is a list of (name, value), `order` the names in the order of the
// class's dict. No user code runs: neither a metaclass's `__setattr__` nor `__set_name__`. TypeError for other types.
void FillClass(pybind11::handle cls, const pybind11::list& items, const pybind11::list& order);

// (annotations, attributes) of a function, None where it has none; asking Python for them would make them.
pybind11::tuple FunctionParts(pybind11::handle function);

// The instance dict of an object, whatever its class calls `__dict__`; None where it has none.
pybind11::object InstanceDict(pybind11::handle object);

// The memory of an object of a class without items, as its own class and those above lay it out. What stands where differs from one Python
// to the next: a caller finds that out by objects whose fields it knows.
pybind11::bytes InstanceMemory(pybind11::handle object);

// Sets a member that a class of C declares, also one that Python code may only read. TypeError where there is none of that name, or
// it does not take the value.
void SetMember(pybind11::handle object, const char* name, pybind11::handle value);

// (address, file of the library whose function is called at its end, "" for none) of a capsule. TypeError for other objects.
pybind11::tuple CapsuleParts(pybind11::handle capsule);

// The object a weak reference or proxy refers to, or None.
pybind11::object WeakTarget(pybind11::handle reference);

}  // namespace ferry::codec
