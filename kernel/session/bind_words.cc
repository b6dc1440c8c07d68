#include "kernel/session/bind.h"
#include "util/words.h"

namespace ferry::session {

void BindWords(pybind11::module_& m) {
  m.attr("IN_COMMAND") = pybind11::str(&kInCommand, 1);
  m.def("with_whole_commands", [](const std::string& text) { return pybind11::bytes(WithWholeCommands(text)); },
        "The UTF-8 text with IN_COMMAND for the blanks inside commands.");
}

}  // namespace ferry::session
