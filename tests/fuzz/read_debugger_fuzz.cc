// Any bytes whatever, given to the engine as what debugpy sends: refused, or the same messages in whatever pieces they come; and
// what the engine makes of a message is a message again.
#include <cstddef>
#include <cstdint>

#include "kernel/engine/dap_reader.h"
#include "util/check.h"

using namespace ferry::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  DapReader whole, pieces;
  const auto messages = whole.Take(bytes);
  std::vector<nl::json> others;
  bool refused = false;
  for (std::size_t i = 0; i < size && !refused; ++i) {
    const auto some = pieces.Take(bytes.substr(i, 1));
    refused = !some;
    if (some) others.insert(others.end(), some->begin(), some->end());
  }
  CHECK(refused == !messages);
  if (!messages) return 0;
  CHECK(*messages == others);
  for (const nl::json& message : *messages) {
    DapReader again;
    const auto same = again.Take(DapText(message));
    CHECK(same && same->size() == 1);
  }
  return 0;
}
