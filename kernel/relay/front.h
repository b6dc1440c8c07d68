// The side towards the front ends: the ports of the connection file, owned for the kernel's life.
//
// ROUTER_HANDOVER lets a reconnecting front end take its identity over. No socket has a high-water mark: output is never
// dropped. The XPUB answers every subscription with an iopub_welcome (JEP 65). With CURVE keys in the connection file all
// five ports are encrypted.
#pragma once

#include <memory>

#include "kernel/relay/connection.h"
#include "kernel/relay/socket.h"

namespace ferry::relay {

class Front {
 public:
  // Error if a port is taken or a key is malformed.
  static Result<std::unique_ptr<Front>> Bind(zmq::context_t& context, const Connection& connection);

  Socket shell, control, stdin_, iopub, heartbeat;

  void Echo();                  // answers the heartbeats that wait
  void Welcome(Author& author);  // greets the subscriptions that wait

 private:
  explicit Front(zmq::context_t& context);
};

}  // namespace ferry::relay
