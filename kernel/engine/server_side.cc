// The side thread of Server: what must go on while the main thread holds the GIL or waits for it.
#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "kernel/engine/server.h"

namespace ferry::engine {

void Server::RunSide() {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end;  // of the lease
  const auto orphaned = [&] {
    end = Clock::now() + std::chrono::milliseconds(static_cast<long>(watch_.lease * 1000));
    Post([this] {  // the running cell is over
      serving_ = false;
      CallMain("control", "ferry_shutdown_request", {{"restart", false}});
    });
  };
  if (watch_.gone) orphaned();
  const auto fd = [](int descriptor) { return zmq_pollitem_t{nullptr, descriptor, ZMQ_POLLIN, 0}; };
  enum { kHeartbeat, kInproc, kQuit, kDue, kFirst };
  std::vector<zmq_pollitem_t> items = {{wire_.heartbeat.handle(), 0, ZMQ_POLLIN, 0},
                                       {wire_.inproc.handle(), 0, ZMQ_POLLIN, 0}, fd(quit_.fd()), fd(outputs_.due().fd())};
  for (Stream stream : {Stream::kOut, Stream::kErr})
    if (outputs_.captured(stream) >= 0) items.push_back(fd(outputs_.captured(stream)));
  const std::size_t relay = items.size();
  if (watch_.relay) items.push_back(fd(watch_.relay->fd()));

  while (!(items[kQuit].revents & ZMQ_POLLIN)) {
    long wait = -1;
    if (end) wait = std::max<long>(0, std::chrono::ceil<std::chrono::milliseconds>(*end - Clock::now()).count());
    const int ready = zmq_poll(items.data(), static_cast<int>(items.size()), wait);
    if (ready < 0) continue;
    if (ready == 0 && end && Clock::now() >= *end) {
      Post([this] { stop_impl(); });
      end.reset();
      continue;
    }
    zmq::multipart_t wire;
    if (items[kHeartbeat].revents & ZMQ_POLLIN && wire.recv(wire_.heartbeat)) wire.send(wire_.heartbeat);
    wire.clear();
    if (items[kInproc].revents & ZMQ_POLLIN && wire.recv(wire_.inproc)) wire_.Forward(std::move(wire));
    if (items[kDue].revents & ZMQ_POLLIN) {
      outputs_.due().Clear();
      outputs_.Flush();
    }
    for (std::size_t i = kFirst; i < relay; ++i)
      if (items[i].revents & ZMQ_POLLIN) outputs_.Drain();
    if (items.size() > relay && items[relay].revents & ZMQ_POLLIN) {
      items.pop_back();
      orphaned();
    }
  }
}

}  // namespace ferry::engine
