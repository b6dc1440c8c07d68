// What Debugger needs of the engine (debugger.h).
#include "kernel/engine/cell_file.h"
#include "kernel/engine/server.h"
#include "util/signals_blocked.h"

namespace ferry::engine {
namespace {

unsigned long at_once = 0;  // the thread that is in AtOnce, of the one server of this process, which it may outlive; under the GIL

}  // namespace

void Server::OnMain(const std::string& what, const nl::json& request, std::function<void(nl::json)> done) {
  Post([this, what, request, done = std::move(done)] { done(CallMain("debug", what, request)); });
}

nl::json Server::AtOnce(const std::string& what, const nl::json& request) {
  const py::gil_scoped_acquire held;
  at_once = PyThread_get_thread_ident();
  nl::json answer = CallMain("debug_at_once", what, request);
  at_once = 0;
  return answer;
}

// By a thread that may wait for the GIL, which control may not.
void Server::Cut() {
  const SignalsBlocked none;
  std::thread([] {
    const py::gil_scoped_acquire held;
    if (at_once != 0) PyThreadState_SetAsyncExc(at_once, PyExc_KeyboardInterrupt);
  }).detach();
}

void Server::PublishDebugEvent(const nl::json& event, const nl::json& parent) {
  const std::string content = event.dump(-1, ' ', false, nl::json::error_handler_t::replace), header = parent.dump();
  wire_.Publish({.type = "debug_event", .content = content, .parent = header});
}

std::string Server::CellFile(const std::string& code) { return engine::CellFile(code); }

nl::json Server::CellFiles() { return CellNaming(); }

}  // namespace ferry::engine
