#include "tracker/observe/guard.h"

#include <algorithm>
#include <utility>

#include "tracker/observe/effects.h"

namespace ferry::observe {

std::uint64_t NewestThread() {
  std::uint64_t newest = 0;
  PyThreadState* thread = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
  for (; thread; thread = PyThreadState_Next(thread)) newest = std::max<std::uint64_t>(newest, PyThreadState_GetID(thread));
  return newest;
}

bool RunsNewerThread(std::uint64_t newest) {
  namespace py = pybind11;
  const py::object active = py::module_::import("threading").attr("_active");  // number of the thread -> threading.Thread
  PyThreadState* thread = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
  for (; thread; thread = PyThreadState_Next(thread)) {
    if (PyThreadState_GetID(thread) <= newest) continue;
    const py::object known = active.attr("get")(thread->thread_id);
    const py::object module = py::type::handle_of(known).attr("__module__");
    if (!module.equal(py::str("tqdm._monitor")) && !module.equal(py::str("IPython.core.history"))) return true;
  }
  return false;
}

Guard::Guard(std::vector<graph::Effect> allowed, pybind11::object stopped)
    : allowed_(std::move(allowed)),
      exception_(std::move(stopped)),
      thread_(PyThreadState_GetID(PyThreadState_Get())),
      newest_thread_(NewestThread()) {}

bool Guard::Stops(const graph::Effect& effect) {
  if (!Forbids(effect)) return false;
  stopped_.push_back(effect);
  refuses_ = true;
  return true;
}

bool Guard::Refused() {
  if (!refuses_) return false;
  refuses_ = false;
  const graph::Effect& effect = stopped_.back();
  PyErr_SetString(exception_.ptr(), (effect.kind + ": " + effect.detail).c_str());
  return true;
}

bool Guard::Forbids(const graph::Effect& effect) const {
  const std::uint64_t here = PyThreadState_GetID(PyThreadState_Get());
  if (!effect.unsafe || (here != thread_ && here <= newest_thread_)) return false;
  return effect.kind == "input" || !Holds(allowed_, effect, false);
}

}  // namespace ferry::observe
