// Sending, receiving and waiting for whole messages. The one seam to libzmq's exceptions: interrupted calls are repeated,
// everything else that libzmq throws here is a broken promise of ours.
//
// zmq::poll() asks every socket by a system call or two, however few of them have news; between a request and its reply that
// was a third of this process' time. Here a socket is asked only where its descriptor does not tell: libzmq takes news off
// that descriptor whenever the socket is used, so one that was used is asked once more before its descriptor is believed.
#pragma once

#include <zmq.hpp>

#include "kernel/relay/wire.h"

namespace ferry::relay {

class Socket : public zmq::socket_t {
 public:
  using zmq::socket_t::socket_t;

 private:
  friend std::optional<Frames> Receive(Socket& socket);
  friend void Send(Socket& socket, Frames frames);
  friend bool Poll(std::vector<struct PollItem>& items, std::chrono::milliseconds longest);

  bool used_ = true;  // since it last said that no message waits
};

// A message of any number of frames, or nullopt if none waits.
std::optional<Frames> Receive(Socket& socket);

// Never blocks: all sockets have no high-water mark. A ROUTER drops what is meant for a peer that has left.
void Send(Socket& socket, Frames frames);

// A socket that waits for messages, or a descriptor and what poll() should wait for; -1 for none.
struct PollItem {
  Socket* socket = nullptr;
  int fd = -1;
  short events = 0, revents = 0;
};

// Sleeps until something has come, for `longest` at most, or for ever where that is negative. A socket may be said to have
// messages and have none. False: a signal came, and nothing is known.
bool Poll(std::vector<PollItem>& items, std::chrono::milliseconds longest);

}  // namespace ferry::relay
