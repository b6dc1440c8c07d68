// The parts of the extension module kernelferry._ferry, one function a file.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::session {

// watch_stop(flag_address, fd), stop_asked(), ignore_stop(bool): util/stop.h.
void BindStop(pybind11::module_& m);

}  // namespace ferry::session
