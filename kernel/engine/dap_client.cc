#include "kernel/engine/dap_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ferry::engine {
namespace {

constexpr std::size_t kPiece = 1 << 16;

Error Ended(const std::string& why) { return {Code::kIo, "the connection to debugpy has ended" + why, ""}; }

}  // namespace

Result<std::unique_ptr<DapClient>> DapClient::Connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{Code::kIo, std::string("no socket: ") + std::strerror(errno), ""};
  std::unique_ptr<DapClient> client(new DapClient(fd));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return Error{Code::kIo, std::string("debugpy cannot be reached: ") + std::strerror(errno), "restart the kernel to debug again"};
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return client;
}

DapClient::~DapClient() {
  ::shutdown(fd_, SHUT_RDWR);
  ::close(fd_);
}

void DapClient::Send(const nl::json& message) {
  unsent_ += DapText(message);
  Flush();
}

void DapClient::Flush() {
  while (!unsent_.empty()) {
    const ssize_t sent = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) unsent_.clear();  // Receive() tells
    if (sent < 0) return;
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
}

Result<std::vector<nl::json>> DapClient::Receive() {
  std::string piece(kPiece, 0);
  const ssize_t size = ::recv(fd_, piece.data(), piece.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::vector<nl::json>{};
  if (size < 0) return Ended(std::string(": ") + std::strerror(errno));
  if (size == 0) return Ended("");
  return reader_.Take(std::string_view(piece).substr(0, static_cast<std::size_t>(size)));
}

}  // namespace ferry::engine
