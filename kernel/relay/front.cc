#include "kernel/relay/front.h"

namespace ferry::relay {
namespace {

constexpr int kLingerMs = 1000;  // how long a leaving relay waits for a front end to take its last messages

void Prepare(Socket& socket, const Connection& c) {
  socket.set(zmq::sockopt::linger, kLingerMs);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  if (!c.curve_secretkey.empty()) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, c.curve_secretkey);
  }
}

}  // namespace

Front::Front(zmq::context_t& context)
    : shell(context, zmq::socket_type::router),
      control(context, zmq::socket_type::router),
      stdin_(context, zmq::socket_type::router),
      iopub(context, zmq::socket_type::xpub),
      heartbeat(context, zmq::socket_type::router) {}

Result<std::unique_ptr<Front>> Front::Bind(zmq::context_t& context, const Connection& c) {
  std::unique_ptr<Front> front(new Front(context));
  std::string where;
  try {
    for (auto [socket, port] : {std::pair{&front->shell, c.shell_port}, std::pair{&front->control, c.control_port},
                                std::pair{&front->stdin_, c.stdin_port}, std::pair{&front->heartbeat, c.hb_port},
                                std::pair{&front->iopub, c.iopub_port}}) {
      where = c.Endpoint(port);
      Prepare(*socket, c);
      if (socket == &front->iopub) {
        socket->set(zmq::sockopt::xpub_verbose, true);
      } else {
        socket->set(zmq::sockopt::router_handover, true);
      }
      socket->bind(where);
    }
  } catch (const zmq::error_t& error) {
    return Error{Code::kIo, "cannot serve " + where + ": " + error.what(), "see whether another program holds the port"};
  }
  return front;
}

void Front::Echo() {
  while (auto ping = Receive(heartbeat)) Send(heartbeat, std::move(*ping));
}

void Front::Welcome(Author& author) {
  while (auto event = Receive(iopub)) {
    std::string_view text = event->front().to_string_view();
    if (text.empty() || text[0] != 1) continue;
    std::string topic(text.substr(1));
    Frames address;
    address.emplace_back(topic.data(), topic.size());
    Send(iopub, author.Make(std::move(address), "iopub_welcome", "{}", Text({{"subscription", topic}})));
  }
}

}  // namespace ferry::relay
