#include "kernel/engine/interpreter.h"

namespace ferry::engine {
namespace {

nl::json Json(const py::object& text) { return nl::json::parse(text.cast<std::string>()); }

// Calls a method of the Python half; what it throws becomes an error reply (xeus would drop it, and the request with it).
template <typename... Arguments>
nl::json Ask(const py::object& kernel, const char* method, Arguments&&... arguments) {
  try {
    return Json(kernel.attr(method)(std::forward<Arguments>(arguments)...));
  } catch (py::error_already_set& error) {
    return {{"status", "error"}, {"ename", py::str(error.type().attr("__name__")).cast<std::string>()},
            {"evalue", error.what()}, {"traceback", nl::json::array()}};
  }
}

class History : public xeus::xhistory_manager {
 public:
  explicit History(py::object kernel) : kernel_(std::move(kernel)) {}

 private:
  void configure_impl() override {}
  void store_inputs_impl(int, int, const std::string&, const std::string&) override {}  // IPython has done it

  nl::json get_tail_impl(int n, bool raw, bool output) const override {
    return Ask(kernel_, "history_tail", n, raw, output);
  }
  nl::json get_range_impl(int session, int start, int stop, bool raw, bool output) const override {
    return Ask(kernel_, "history_range", session, start, stop, raw, output);
  }
  nl::json search_impl(const std::string& pattern, bool raw, bool output, int n, bool unique) const override {
    return Ask(kernel_, "history_search", pattern, raw, output, n, unique);
  }

  py::object kernel_;
};

}  // namespace

std::unique_ptr<xeus::xhistory_manager> MakeHistory(py::object kernel) {
  return std::make_unique<History>(std::move(kernel));
}

Interpreter::Interpreter(py::object kernel)
    : xpyt::interpreter(/*redirect_output=*/false, /*redirect_display=*/false), kernel_(std::move(kernel)) {
  m_release_gil_at_startup = false;
  info_ = xpyt::interpreter::kernel_info_request_impl();
  info_.update(Json(kernel_.attr("info")()));
}

nl::json Interpreter::execute_request_impl(int, const std::string& code, bool silent, bool store_history,
                                           nl::json user_expressions, bool allow_stdin) {
  return Ask(kernel_, "execute", code, silent, store_history, user_expressions.dump(), allow_stdin);
}

nl::json Interpreter::complete_request_impl(const std::string& code, int cursor) {
  return Ask(kernel_, "complete", code, cursor);
}

nl::json Interpreter::inspect_request_impl(const std::string& code, int cursor, int detail) {
  return Ask(kernel_, "inspect", code, cursor, detail);
}

nl::json Interpreter::is_complete_request_impl(const std::string& code) {
  return Ask(kernel_, "is_complete", code);
}

nl::json Interpreter::kernel_info_request_impl() { return info_; }

}  // namespace ferry::engine
