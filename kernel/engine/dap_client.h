// The connection to debugpy's adapter, which listens on a port of this host.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernel/engine/dap_reader.h"
#include "util/result.h"

namespace ferry::engine {

// Belongs to one thread, which never waits in it once it is connected.
class DapClient {
 public:
  static Result<std::unique_ptr<DapClient>> Connect(int port);
  ~DapClient();  // the other side sees the end at once, whatever child process still has the socket
  DapClient(const DapClient&) = delete;
  DapClient& operator=(const DapClient&) = delete;

  int fd() const { return fd_; }
  bool sending() const { return !unsent_.empty(); }  // Flush() when fd() can be written

  void Send(const nl::json& message);
  void Flush();
  // When fd() can be read -> the messages that are there. An error: the connection has ended.
  Result<std::vector<nl::json>> Receive();

 private:
  explicit DapClient(int fd) : fd_(fd) {}

  const int fd_;
  std::string unsent_;
  DapReader reader_;
};

}  // namespace ferry::engine
