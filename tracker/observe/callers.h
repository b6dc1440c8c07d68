// Whose code caused an event: the cell's own, or a library's, and of which module. Under the GIL; runs no code.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>

namespace ferry::observe {

// `__name__` in these globals (may be null), or "".
std::string ModuleOf(PyObject* globals);

// Code whose globals are `ns` is running.
bool CalledBySession(PyObject* ns);

// Import is about to run the code of a module.
bool CalledByImport();

// The running function belongs to `module` and was called by code of the session.
bool CalledBySessionThrough(const char* module, PyObject* ns);

// exec() runs its text in the session: the cell called it, or a module whose own use of exec does that (timeit, doctest).
bool ExecRunsInSession(PyObject* ns);

// The module that asked for a frame, where it may reach the session's names by it; nullopt for libraries that look at frames
// for their own purposes.
std::optional<std::string> TakerOfFrame(PyObject* ns);

}  // namespace ferry::observe
