#include "util/wide_copy.h"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include "util/signals_blocked.h"

namespace ferry {
namespace {

constexpr std::size_t kLeast = 8 << 20, kMost = 4;

}  // namespace

void WideCopy(char* to, std::string_view from) {
  const std::size_t threads = std::clamp<std::size_t>(std::min<std::size_t>(std::thread::hardware_concurrency(), from.size() / kLeast), 1, kMost);
  const std::size_t part = from.size() / threads;
  std::vector<std::thread> others;
  std::size_t left = from.size();  // of the beginning, for this thread
  try {
    const SignalsBlocked none;
    while (others.size() + 1 < threads) {
      others.emplace_back([to, piece = from.substr(left - part, part), at = left - part] { std::memcpy(to + at, piece.data(), piece.size()); });
      left -= part;
    }
  } catch (const std::system_error&) {  // no room for another thread
  }
  std::memcpy(to, from.data(), left);
  for (std::thread& other : others) other.join();
}

}  // namespace ferry
