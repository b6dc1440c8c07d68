// Sending and receiving whole messages without waiting. The one seam to libzmq's exceptions: interrupted calls are
// repeated, everything else that libzmq throws here is a broken promise of ours.
#pragma once

#include <zmq.hpp>

#include "kernel/relay/wire.h"

namespace ferry::relay {

// A message of any number of frames, or nullopt if none waits.
std::optional<Frames> Receive(zmq::socket_t& socket);

// Never blocks: all sockets have no high-water mark. A ROUTER drops what is meant for a peer that has left.
void Send(zmq::socket_t& socket, Frames frames);

}  // namespace ferry::relay
