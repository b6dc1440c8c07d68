// What Debugger needs of the engine (debugger.h).
#include "kernel/engine/server.h"
#include "xeus/xsystem.hpp"

namespace ferry::engine {
namespace {

std::string Folder() { return xeus::get_tmp_prefix("xpython"); }

}  // namespace

void Server::OnMain(const std::string& what, const nl::json& request, std::function<void(nl::json)> done) {
  Post([this, what, request, done = std::move(done)] { done(CallMain("debug", what, request)); });
}

nl::json Server::AtOnce(const std::string& what, const nl::json& request) {
  const py::gil_scoped_acquire held;
  return CallMain("debug_at_once", what, request);
}

void Server::PublishDebugEvent(const nl::json& event, const nl::json& parent) {
  const std::string content = event.dump(-1, ' ', false, nl::json::error_handler_t::replace), header = parent.dump();
  wire_.Publish({.type = "debug_event", .content = content, .parent = header});
}

std::string Server::CellFile(const std::string& code) { return xeus::get_cell_tmp_file(Folder(), code, ".py"); }

nl::json Server::CellFiles() {
  return {{"hashMethod", "Murmur2"}, {"hashSeed", xeus::get_tmp_hash_seed()}, {"tmpFilePrefix", Folder()}, {"tmpFileSuffix", ".py"}};
}

}  // namespace ferry::engine
