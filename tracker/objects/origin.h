// Where a class or a function comes from: written in the session, or to be found again by an import.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace ferry::objects {

// "module.qualname" of a class, without running code.
std::string TypeLabel(PyTypeObject* type);

// A class that was written in the session, or that no import can find.
bool IsSessionClass(PyTypeObject* type);
// Whether the module of a class holds it under its name, as an import finds it. Cheap; false also for classes within classes.
bool IsFoundByName(PyTypeObject* type);

// A function that was written in the session whose namespace this is.
bool IsSessionFunction(PyObject* function, pybind11::handle ns);

// A function whose own name is one inside of another function, or a lambda.
bool IsNamedAsLocal(PyObject* function);

// A function of a library that no import can find: a closure or a lambda, whatever it is called by now (`namedtuple` names methods so).
bool IsLocalFunction(PyObject* function);

}  // namespace ferry::objects
