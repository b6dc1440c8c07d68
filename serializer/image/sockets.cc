#include "serializer/image/sockets.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <sstream>

#include "serializer/image/proc.h"

namespace ferry::image {
namespace {

std::string Address(const std::string& hex) {  // "0100007F:1F90" of /proc/net/tcp, in host byte order
  unsigned address = 0, port = 0;
  if (std::sscanf(hex.c_str(), "%8x:%x", &address, &port) != 2 || hex.size() > 13) return "port " + std::to_string(port);
  const auto byte = [&](int i) { return std::to_string(address >> (8 * i) & 255); };
  return byte(0) + "." + byte(1) + "." + byte(2) + "." + byte(3) + ":" + std::to_string(port);
}

void AddInternet(const std::string& net, const char* kind, std::map<std::string, Socket>& sockets) {
  std::istringstream lines(ReadAll(net + kind));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, skip, inode;
    words >> slot >> local >> remote >> state >> queues >> skip >> skip >> skip >> skip >> inode;
    const bool udp = kind[0] == 'u';
    Socket s{udp ? "udp" : "tcp", Address(remote), !udp && state == "01", !udp && state == "0A", false, Address(local), ""};
    s.unread = (udp || s.listening) && queues.substr(queues.find(':') + 1).find_first_not_of('0') != std::string::npos;
    sockets[inode] = s;
  }
}

// unix_diag: one answer a socket, with the inode of its peer as an attribute.
void AddPeers(std::map<std::string, Socket>& sockets) {
  struct {
    nlmsghdr head;
    unix_diag_req body;
  } request{};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0U;
  request.body.udiag_show = UDIAG_SHOW_PEER;
  const int fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd >= 0 && ::send(fd, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request)) {
    alignas(nlmsghdr) char buffer[32768];
    for (bool more = true; more;) {
      ssize_t left = ::recv(fd, buffer, sizeof buffer, 0);
      more = left > 0;
      for (auto* m = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
        if (m->nlmsg_type != SOCK_DIAG_BY_FAMILY) {  // done, or an error
          more = false;
          break;
        }
        const auto* said = static_cast<const unix_diag_msg*>(NLMSG_DATA(m));
        auto found = sockets.find(std::to_string(said->udiag_ino));
        int rest = static_cast<int>(m->nlmsg_len - NLMSG_LENGTH(sizeof *said));
        for (auto* a = reinterpret_cast<const rtattr*>(said + 1); RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
          unsigned peer = 0;
          if (a->rta_type != UNIX_DIAG_PEER || found == sockets.end()) continue;
          std::memcpy(&peer, RTA_DATA(a), sizeof peer);
          found->second.leads_to = std::to_string(peer);
        }
      }
    }
  }
  if (fd >= 0) ::close(fd);
}

}  // namespace

std::map<std::string, Socket> Sockets(pid_t pid) {
  std::map<std::string, Socket> sockets;
  const std::string net = "/proc/" + std::to_string(pid) + "/net/";
  for (const char* kind : {"tcp", "tcp6", "udp", "udp6"}) AddInternet(net, kind, sockets);
  std::istringstream lines(ReadAll(net + "unix"));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string slot, count, protocol, flags, type, state, inode, path;
    words >> slot >> count >> protocol >> flags >> type >> state >> inode >> path;
    sockets[inode] = {"unix", path, state == "03", flags == "00010000", false, path, ""};
  }
  AddPeers(sockets);
  return sockets;
}

}  // namespace ferry::image
