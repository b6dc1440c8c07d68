// The side thread of Server: what must go on while the main thread holds the GIL or waits for it.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "kernel/engine/server.h"
#include "util/memory.h"
#include "util/words.h"

namespace ferry::engine {

// Whether nothing was served for as long as the lease, or no request is left to be served.
bool Server::Idle(std::chrono::steady_clock::duration lease) {
  const std::chrono::steady_clock::time_point served{std::chrono::steady_clock::duration(served_.load())};
  return !dispatching_ && std::chrono::steady_clock::now() - served >= lease;
}

// One line in the cell that fills the memory, while there is some left: the system gives no other warning.
void Server::WatchMemory() {
  memory_due_.Clear();
  if (!dispatching_) return;
  memory_due_.Arm(kMemoryEvery);
  const ferry::Memory memory = LookAtMemory(memory_limit_);
  if (!memory.Low() || memory_low_.exchange(true)) return;
  std::string parent, safe;
  {
    std::lock_guard<std::mutex> lock(running_mutex_);
    if (running_.is_null() || running_.value("silent", false)) return;
    parent = running_["header"].dump();
    safe = safe_;
  }
  outputs_.Write(Stream::kErr, parent,
                 "Memory is nearly full: " + SizeInWords(memory.left) + " of " + SizeInWords(memory.limit) + (memory.container ? " of this container" : "") +
                     " are left, and this kernel uses " + SizeInWords(ResidentBytes()) + ". When none is left, the system ends the kernel. " + safe + "\n");
  outputs_.Flush();
}

void Server::RunSide() {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end;  // of the lease
  const auto lease = [&] { return std::chrono::milliseconds(static_cast<long>(watch_.lease * 1000)); };
  const auto orphaned = [&] {
    orphan_ = true;
    questions_.Deafen();  // who comes later was not asked
    wire_.Keep(true);
    end = Clock::now() + lease();
    Post([this] { CallMain("control", "ferry_orphaned_request", nl::json::object()); });  // the running cell is over
  };
  if (watch_.gone) orphaned();
  const auto fd = [](int descriptor) { return zmq_pollitem_t{nullptr, descriptor, ZMQ_POLLIN, 0}; };
  enum { kHeartbeat, kQuit, kDue, kChanged, kMemory, kNudge, kFirst };
  std::vector<zmq_pollitem_t> items = {{wire_.heartbeat.handle(), 0, ZMQ_POLLIN, 0}, fd(quit_.fd()), fd(outputs_.due().fd()), fd(relay_changed_.fd()),
                                       fd(memory_due_.fd()), fd(nudge_.fd())};
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
      const bool idle = Idle(lease());
      end = Clock::now() + std::max<Clock::duration>(lease(), std::chrono::milliseconds(idle ? 1000 : 1));
      if (leaving_) {
        ::kill(::getpid(), SIGTERM);  // it saves for as long as a lease: what hangs is cut (loop.py)
      } else if (idle) {
        leaving_ = true;
        Post([this] {
          CallMain("control", "ferry_shutdown_request", {{"restart", false}});
          stop_impl();
        });
      }
      continue;
    }
    zmq::multipart_t wire;
    if (items[kHeartbeat].revents & ZMQ_POLLIN && wire.recv(wire_.heartbeat)) wire.send(wire_.heartbeat);
    if (items[kDue].revents & ZMQ_POLLIN) {
      outputs_.due().Clear();
      outputs_.Flush();
    }
    if (items[kMemory].revents & ZMQ_POLLIN) WatchMemory();
    if (items[kNudge].revents & ZMQ_POLLIN) nudge_.Due(dispatching_);
    if (items[kChanged].revents & ZMQ_POLLIN) {
      relay_changed_.Clear();
      {
        std::lock_guard<std::mutex> lock(watch_mutex_);
        if (next_watch_) watch_ = *std::exchange(next_watch_, std::nullopt);
        wire_.Follow(watch_.relay);
      }
      items.resize(relay);
      if (watch_.relay) items.push_back(fd(watch_.relay->fd()));
      end.reset();
      if (watch_.gone) {
        orphaned();
      } else if (orphan_.exchange(false)) {
        questions_.Hear();
        if (!dispatching_) wire_.Keep(false);  // else at the end of the cell, whose output nobody follows from its beginning
        Post([this] { CallMain("control", "ferry_attached_request", nl::json::object()); });
      }
      continue;
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
