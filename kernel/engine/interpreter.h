// What xeus asks of a language, answered by the Python object `kernel` (kernel.py) on IPython's shell.
//
// xpyt::interpreter brings the place in xeus-python's class tree and its description of itself. Its shell, displays,
// streams and comms are not used: they are C++ types that IPython >= 9.1 cannot patch (then no cell is ever answered), and
// they publish through xeus' single-threaded parent header.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "xeus-python/xinterpreter.hpp"
#include "xeus/xhistory_manager.hpp"

namespace ferry::engine {

// All on the main thread with the GIL, but kernel_info, which the control thread asks too and which needs no Python.
class Interpreter : public xpyt::interpreter {
 public:
  // kernel must outlive the server.
  explicit Interpreter(py::object kernel);

 private:
  void configure_impl() override {}
  nl::json execute_request_impl(int, const std::string& code, bool silent, bool store_history,
                                nl::json user_expressions, bool allow_stdin) override;
  nl::json complete_request_impl(const std::string& code, int cursor) override;
  nl::json inspect_request_impl(const std::string& code, int cursor, int detail) override;
  nl::json is_complete_request_impl(const std::string& code) override;
  nl::json kernel_info_request_impl() override;
  void shutdown_request_impl() override {}
  nl::json internal_request_impl(const nl::json&) override { return nl::json::object(); }

  py::object kernel_;
  nl::json info_;
};

// IPython's history database as xeus' history.
std::unique_ptr<xeus::xhistory_manager> MakeHistory(py::object kernel);

}  // namespace ferry::engine
