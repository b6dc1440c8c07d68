#include "kernel/relay/socket.h"

#include <cerrno>

namespace ferry::relay {
namespace {

// Runs one libzmq call until it is not interrupted.
template <typename Call>
auto Uninterrupted(Call call) {
  while (true) {
    try {
      return call();
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }
}

}  // namespace

std::optional<Frames> Receive(zmq::socket_t& socket) {
  Frames frames;
  do {
    zmq::message_t frame;
    if (!Uninterrupted([&] { return socket.recv(frame, zmq::recv_flags::dontwait); })) return std::nullopt;
    frames.push_back(std::move(frame));
  } while (frames.back().more());
  return frames;
}

void Send(zmq::socket_t& socket, Frames frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto flags = zmq::send_flags::dontwait;
    if (i + 1 < frames.size()) flags = flags | zmq::send_flags::sndmore;
    if (!Uninterrupted([&] { return socket.send(frames[i], flags); })) return;
  }
}

}  // namespace ferry::relay
