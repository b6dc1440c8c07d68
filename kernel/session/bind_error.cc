#include <pybind11/eval.h>

#include "kernel/session/bind.h"
#include "kernel/session/raise.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

constexpr const char* kClasses = R"(
class FerryError(Exception):
    """An expected failure: `code` (one word), `what` (one sentence), `remedy` (what to do; may be empty)."""

    def __init__(self, code, what, remedy=""):
        super().__init__(code, what, remedy)
        self.code, self.what, self.remedy = code, what, remedy

    def __str__(self):
        return f"{self.what}; {self.remedy}" if self.remedy else self.what


class Stopped(Exception):
    """Idle work ended because a request came; nothing is half done, and it may be tried again."""


for _class in FerryError, Stopped:
    _class.__module__ = "kernelferry._ferry"
del _class
)";

}  // namespace

void BindError(py::module_& m) {
  py::exec(kClasses, m.attr("__dict__"));
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Raised& raised) {
      const Error& e = raised.error;
      auto module = py::module_::import("kernelferry._ferry");
      if (e.code == Code::kAborted) {
        PyErr_SetObject(module.attr("Stopped").ptr(), py::str(e.what).ptr());
      } else {
        PyErr_SetObject(module.attr("FerryError").ptr(), py::make_tuple(Name(e.code), e.what, e.remedy).ptr());
      }
    }
  });
}

}  // namespace ferry::session
