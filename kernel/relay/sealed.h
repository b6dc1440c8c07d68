// One TCP connection whose frames are sealed with a key that both ends have from elsewhere (docs/link.md, Bulk). Blocking:
// for threads that do nothing else. An end that does not hold the key learns nothing and is believed nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "util/result.h"

namespace ferry::relay {

constexpr int kBulkKeyBytes = 32;

class Sealed {
 public:
  // Takes the socket, if it succeeds. `number`: of the connection; `connector`: this end connected. Both ends' first frames
  // are exchanged here: kRefused if the other does not hold the key.
  static Result<Sealed> Meet(int socket, std::string_view key, int number, bool connector);
  // For the listener: the first byte of a connection that was accepted.
  static int NumberOf(int socket);

  Sealed(Sealed&& other) noexcept;
  Sealed& operator=(Sealed&&) = delete;
  ~Sealed();

  Result<void> Send(std::string_view plain);
  Result<std::string> Receive();  // "": the other end has closed between two frames
  bool alive() const;             // false: the other end has closed, or is known not to be reached

 private:
  struct Direction;
  Sealed(int socket, std::string_view key, int number, bool connector);
  Result<std::string> Receive(std::size_t longest);
  int socket_;
  std::unique_ptr<Direction> out_, in_;
  std::string frame_;
};

// A connection to address:port, or -1. It takes no longer than `most_ms`.
int ConnectWithin(const std::string& address, int port, int most_ms);

}  // namespace ferry::relay
