#include "kernel/relay/move.h"

#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "util/file.h"

namespace ferry::relay {

const char* Name(MoveState state) {
  constexpr const char* names[] = {"running", "precopy", "quiesced", "shipped", "verified", "handed-over", "aborted"};
  return names[static_cast<int>(state)];
}

std::string Size(double bytes) {
  char text[32];
  if (bytes < 1e6) std::snprintf(text, sizeof text, "%.0f KB", bytes / 1e3);
  else if (bytes < 1e9) std::snprintf(text, sizeof text, "%.1f MB", bytes / 1e6);
  else std::snprintf(text, sizeof text, "%.2f GB", bytes / 1e9);
  return text;
}

void NamedFault(const char* step) {
  const char* file = std::getenv("FERRY_MOVE_STOP");
  if (!file) return;
  auto wanted = ReadFile(file);
  if (wanted && *wanted == step) ::raise(SIGSTOP);
}

}  // namespace ferry::relay
