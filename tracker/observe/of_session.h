// What of a value tells that a cell wrote it, wherever it is kept: its code, or its class.
#pragma once

#include <Python.h>

namespace ferry::observe {

// Whether the class says that it was written in a cell: `__module__` is "__main__". Not where else it may come from
// (objects::IsSessionClass).
bool IsMainClass(PyTypeObject* type);

// A function over the namespace `ns`, a class of the session or an instance of one; or a property, static or class method,
// bound method or partial over such. Runs no user code. Under the GIL.
bool OfSession(PyObject* value, PyObject* ns);

// A number or a text: nobody notices that it is kept. One that is only remembered by its address may have gone, and another lie there.
bool IsPlain(PyObject* value);

// A name (a str) that begins with two underscores: classes, modules and objects have such for themselves, and no session sets one to a
// value which is nobody's.
bool IsDunder(PyObject* name);

}  // namespace ferry::observe
