#include "kernel/relay/move.h"

#include <signal.h>

#include <cstdlib>

#include "util/file.h"

namespace ferry::relay {

const char* Name(MoveState state) {
  constexpr const char* names[] = {"running", "precopy", "quiesced", "shipped", "verified", "handed-over", "aborted"};
  return names[static_cast<int>(state)];
}

void NamedFault(const char* step) {
  const char* file = std::getenv("FERRY_MOVE_STOP");
  if (!file) return;
  auto wanted = ReadFile(file);
  if (wanted && *wanted == step) ::raise(SIGSTOP);
}

}  // namespace ferry::relay
