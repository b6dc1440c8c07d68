#include "kernel/relay/socket.h"

#include <poll.h>

#include <cerrno>

#include "util/check.h"

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

std::optional<Frames> Receive(Socket& socket) {
  Frames frames;
  socket.used_ = true;
  do {
    zmq::message_t frame;
    if (!Uninterrupted([&] { return socket.recv(frame, zmq::recv_flags::dontwait); })) {
      socket.used_ = false;
      return std::nullopt;
    }
    frames.push_back(std::move(frame));
  } while (frames.back().more());
  return frames;
}

void Send(Socket& socket, Frames frames) {
  socket.used_ = true;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto flags = zmq::send_flags::dontwait;
    if (i + 1 < frames.size()) flags = flags | zmq::send_flags::sndmore;
    if (!Uninterrupted([&] { return socket.send(frames[i], flags); })) return;
  }
}

bool Poll(std::vector<PollItem>& items, std::chrono::milliseconds longest) {
  std::vector<pollfd> fds;
  fds.reserve(items.size());
  bool waits = false;
  for (PollItem& item : items) {
    if (!item.socket) {
      fds.push_back({item.fd, item.events, 0});
      continue;
    }
    Socket& socket = *item.socket;
    if (socket.used_) socket.used_ = Uninterrupted([&] { return socket.get(zmq::sockopt::events) & ZMQ_POLLIN; }) != 0;
    item.revents = socket.used_ ? POLLIN : 0;
    waits |= socket.used_;
    fds.push_back({socket.get(zmq::sockopt::fd), POLLIN, 0});
  }
  if (::poll(fds.data(), fds.size(), waits ? 0 : static_cast<int>(longest.count())) < 0) {
    CHECK(errno == EINTR);
    return false;
  }
  for (std::size_t i = 0; i < items.size(); ++i) items[i].revents |= fds[i].revents;
  return true;
}

}  // namespace ferry::relay
