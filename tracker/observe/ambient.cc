#include "tracker/observe/ambient.h"

namespace py = pybind11;

namespace ferry::observe {

template <typename F>
void Ambient::ForEachChild(PyObject* code, F&& child) {
  PyObject* consts = reinterpret_cast<PyCodeObject*>(code)->co_consts;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(consts); ++i) {
    const auto it = held_.find(PyTuple_GET_ITEM(consts, i));
    if (it != held_.end()) child(it->second);
  }
}

void Ambient::Add(PyCodeObject* cell, const CodeScan& scan) {
  if (scan.inner.empty()) return;
  std::vector<PyObject*> added;
  const auto add = [&](PyObject* code, bool is_cell) {
    if (held_.try_emplace(code, Held{py::reinterpret_borrow<py::object>(code), 0, is_cell}).second) added.push_back(code);
  };
  add(reinterpret_cast<PyObject*>(cell), true);
  for (const auto& inner : scan.inner) add(inner.ptr(), false);
  for (PyObject* code : added) ForEachChild(code, [](Held& child) { ++child.parents; });
}

std::vector<PyObject*> Ambient::Alive() {
  std::vector<PyObject*> alive;
  for (bool freed = true; freed;) {  // the end of outer code ends what is inside it
    freed = false;
    alive.clear();
    for (auto it = held_.begin(); it != held_.end();) {
      const Held& held = it->second;
      const auto others = Py_REFCNT(it->first) - 1 - held.parents;
      if (others > 0) {
        if (!held.cell) alive.push_back(it->first);
        ++it;
      } else if (held.parents > 0) {
        ++it;
      } else {
        ForEachChild(it->first, [](Held& child) { --child.parents; });
        it = held_.erase(it);
        freed = true;
      }
    }
  }
  return alive;
}

}  // namespace ferry::observe
