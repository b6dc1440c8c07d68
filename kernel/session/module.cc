// kernelferry._ferry: the native layers, as the Python half of this layer sees them. Each Bind function lies in a file of
// its own (bind_*.cc) and adds its classes and functions to the one module.
#include <pybind11/pybind11.h>

#include "kernel/session/bind.h"
#include "util/stop.h"

namespace py = pybind11;

PYBIND11_MODULE(_ferry, m) {
  m.doc() = "Native layers of Kernelferry: object walk, record, codec, store, planner.";
  ferry::session::BindError(m);
  ferry::session::BindStop(m);
  ferry::session::BindRecords(m);
  ferry::session::BindStore(m);
  ferry::session::BindPlan(m);
  ferry::session::BindObjects(m);
  ferry::session::BindCodec(m);
  ferry::session::BindObserve(m);
  ferry::session::BindImage(m);
  ferry::session::BindWords(m);
}
