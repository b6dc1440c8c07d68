// Messages of the Debug Adapter Protocol on a stream of bytes, as debugpy speaks it on a socket:
//
//   Content-Length: 119\r\n\r\n{...119 bytes of JSON...}
//
// Other header lines may stand beside it and mean nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "util/result.h"

namespace ferry::engine {

namespace nl = nlohmann;

std::string DapText(const nl::json& message);

// One stream, in any pieces.
class DapReader {
 public:
  static constexpr std::size_t kMostHeader = 4096, kMostBody = 256 << 20;  // bytes
  static constexpr int kDeepest = 200;                                     // arrays and objects in each other

  // Takes the next bytes of the stream -> the messages that are complete by them, each an object. After an error there is
  // no telling where the next message begins: the stream is of no use any more.
  Result<std::vector<nl::json>> Take(std::string_view bytes);

 private:
  std::string pending_;
  std::size_t searched_ = 0;           // of pending_: no header ends before
  std::optional<std::size_t> length_;  // of the body whose header was read
};

}  // namespace ferry::engine
