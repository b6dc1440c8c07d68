#include "tracker/observe/callers.h"

#include <string_view>

namespace py = pybind11;

namespace ferry::observe {
namespace {

// Modules that look at frames for their own purposes (the caller's name, a warning's line).
bool LooksHarmlessly(std::string_view module) {
  module = module.substr(0, module.find('.'));
  for (const char* known : {"logging", "warnings", "collections", "typing", "typing_extensions", "dataclasses", "enum", "abc",
                            "functools", "threading", "traceback", "asyncio", "concurrent", "contextlib", "unittest",
                            "importlib", "pickle", "copyreg", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "PIL",
                            "joblib", "cloudpickle", "attr", "six", "tqdm", "traitlets", "ipywidgets", "IPython",
                            "matplotlib_inline", "decorator", "kernelferry", "zmq", "comm", "torch", "pkg_resources"}) {
    if (module == known) return true;
  }
  return false;
}

// Modules whose own use of exec runs text of the user in the session's namespace.
bool RunsInSession(std::string_view module) {
  for (const char* known : {"timeit", "doctest", "pdb", "bdb", "code", "cProfile", "profile", "trace", "runpy"}) {
    if (module == known) return true;
  }
  return false;
}

}  // namespace

std::string ModuleOf(PyObject* globals) {
  PyObject* name = globals ? PyDict_GetItemString(globals, "__name__") : nullptr;
  const char* text = name && PyUnicode_CheckExact(name) ? PyUnicode_AsUTF8(name) : nullptr;
  if (!text) PyErr_Clear();
  return text ? text : "";
}

bool CalledBySession(PyObject* ns) { return PyEval_GetGlobals() == ns; }

bool CalledByImport() { return ModuleOf(PyEval_GetGlobals()) == "importlib._bootstrap"; }

bool CalledBySessionThrough(const char* module, PyObject* ns) {
  if (ModuleOf(PyEval_GetGlobals()) != module) return false;
  const auto back = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetBack(PyEval_GetFrame())));
  if (!back) return false;
  const auto globals = py::reinterpret_steal<py::object>(PyFrame_GetGlobals(reinterpret_cast<PyFrameObject*>(back.ptr())));
  return globals.ptr() == ns;
}

bool ExecRunsInSession(PyObject* ns) { return CalledBySession(ns) || RunsInSession(ModuleOf(PyEval_GetGlobals())); }

// The function that asked for a frame; inspect asks for others.
std::optional<std::string> TakerOfFrame(PyObject* ns) {
  auto frame = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  while (frame) {
    auto* at = reinterpret_cast<PyFrameObject*>(frame.ptr());
    const auto globals = py::reinterpret_steal<py::object>(PyFrame_GetGlobals(at));
    const std::string module = ModuleOf(globals.ptr());
    if (globals.ptr() == ns || module != "inspect") {
      if (globals.ptr() != ns && LooksHarmlessly(module)) return std::nullopt;
      return module.empty() ? "?" : module;
    }
    frame = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetBack(at)));
  }
  return std::nullopt;
}

}  // namespace ferry::observe
