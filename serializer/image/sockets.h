// The sockets of a network namespace: from /proc/net, and from sock_diag(7), which alone says where a unix socket leads.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace ferry::image {

struct Socket {
  std::string kind, peer;  // "tcp", "udp", "unix"; where it leads, for people
  bool connected = false, listening = false;
  bool unread = false;     // datagrams have come that nobody has read (udp), connections that nobody has accepted (tcp, listening)
  std::string path;        // where it is bound
  std::string leads_to;    // unix, connected: the inode of the other end
};

// Those of the namespace of `pid`, by inode. Where unix sockets lead is known only for the namespace of this process.
std::map<std::string, Socket> Sockets(pid_t pid);

}  // namespace ferry::image
