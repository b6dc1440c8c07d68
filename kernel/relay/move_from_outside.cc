#include "kernel/relay/move_from_outside.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "kernel/relay/connection.h"
#include "kernel/relay/socket.h"

namespace ferry::relay {
namespace {

constexpr int kStatus = 5000, kMove = 3600 * 1000;  // ms to wait for an answer

// The connection files of the relays of this user that run on this machine.
std::vector<std::string> Connections() {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    struct stat owner;
    std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), ::isdigit) || ::stat(entry.path().c_str(), &owner) != 0 || owner.st_uid != ::getuid()) continue;
    std::ifstream command(entry.path() / "cmdline");
    std::vector<std::string> words;
    for (std::string word; std::getline(command, word, '\0');) words.push_back(word);
    if (words.empty() || !words[0].ends_with("ferry-relay")) continue;
    auto at = std::find(words.begin(), words.end(), "--connection");
    if (at != words.end() && ++at != words.end()) found.push_back(*at);
  }
  return found;
}

std::optional<json> Ask(zmq::context_t& context, const Connection& c, const char* type, const json& content, int most) {
  Socket socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  if (!c.curve_publickey.empty()) {
    socket.set(zmq::sockopt::curve_serverkey, c.curve_publickey);
    socket.set(zmq::sockopt::curve_publickey, c.curve_publickey);
    socket.set(zmq::sockopt::curve_secretkey, c.curve_secretkey);
  }
  socket.connect(c.Endpoint(c.control_port));
  Author author{Signer(c.key)};
  Send(socket, author.Make({}, type, "{}", Text(content)));
  zmq::pollitem_t item{socket, 0, ZMQ_POLLIN, 0};
  while (zmq::poll(&item, 1, std::chrono::milliseconds(most)) > 0) {
    auto frames = Receive(socket);
    auto message = frames ? Message::Parse(std::move(*frames)) : std::nullopt;
    if (message && message->SignedBy(Signer(c.key)) && author.Wrote(message->parent_id())) return message->Content();
  }
  return std::nullopt;
}

// The connection file of the relay that serves a session. A relay answers at once, whatever its engine does.
Result<std::pair<std::string, Connection>> RelayOfSession(zmq::context_t& context, const std::string& sid) {
  for (const std::string& file : Connections()) {
    auto connection = ReadConnection(file);
    if (!connection) continue;
    auto status = Ask(context, *connection, "ferry_front_request", {{"v", 1}}, kStatus);
    if (status && StringAt(*status, "session") == sid) return std::pair(file, *connection);
  }
  return Error{Code::kNotFound, "no running kernel on this machine serves session " + sid, "open its notebook first"};
}

}  // namespace

Result<json> MoveFromOutside(const std::string& sid, json words) {
  zmq::context_t context;
  auto relay = RelayOfSession(context, sid);
  if (!relay) return relay.error();
  auto moved = Ask(context, relay->second, "ferry_migrate_request", words, kMove);
  if (!moved) return Error{Code::kIo, "the kernel did not answer", "look at its notebook"};
  return *moved;
}

Result<json> FrontFromOutside(const std::string& sid, json words) {
  zmq::context_t context;
  auto relay = RelayOfSession(context, sid);
  if (!relay) return relay.error();
  words.update({{"v", 1}, {"session", sid}});
  auto answer = Ask(context, relay->second, "ferry_front_request", words, kStatus);
  if (!answer) return Error{Code::kIo, "the kernel did not answer", "look at its notebook"};
  (*answer)["file"] = relay->first;
  return *answer;
}

}  // namespace ferry::relay
