#include "tracker/observe/guard.h"

#include <algorithm>
#include <utility>

namespace ferry::observe {

std::uint64_t NewestThread() {
  std::uint64_t newest = 0;
  PyThreadState* thread = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
  for (; thread; thread = PyThreadState_Next(thread)) newest = std::max<std::uint64_t>(newest, PyThreadState_GetID(thread));
  return newest;
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
  if (effect.kind == "input") return true;
  const bool counted = std::any_of(allowed_.begin(), allowed_.end(), [](const auto& a) { return a.kind == "more" && a.unsafe; });
  return std::none_of(allowed_.begin(), allowed_.end(), [&](const graph::Effect& a) {
    return a.unsafe && a.kind == effect.kind && (counted || a.detail == effect.detail);
  });
}

}  // namespace ferry::observe
