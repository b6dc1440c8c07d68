#include "kernel/engine/rare_collections.h"

namespace py = pybind11;

namespace ferry::engine {
namespace {

constexpr int kMany = 10'000;  // new objects: less come of no import of a library

}  // namespace

void RareCollections::Enter() {
  const py::module_ gc = py::module_::import("gc");
  before_ = gc.attr("get_threshold")();
  if (!before_.equal(py::make_tuple(700, 10, 10))) return;  // of CPython 3.11
  during_ = py::make_tuple(new_objects_, before_[py::int_(1)], before_[py::int_(2)]);
  gc.attr("set_threshold")(*during_);
}

void RareCollections::Exit() {
  const py::module_ gc = py::module_::import("gc");
  if (!during_ || !gc.attr("get_threshold")().equal(during_)) return;
  const bool many = gc.attr("get_count")()[py::int_(0)].cast<int>() >= kMany;
  gc.attr("set_threshold")(*before_);
  if (!many) return;
  if (gc.attr("get_freeze_count")().cast<std::size_t>() != 0) return;  // the user's, who would find them thawed
  gc.attr("freeze")();
  gc.attr("unfreeze")();  // into the oldest generation
}

}  // namespace ferry::engine
