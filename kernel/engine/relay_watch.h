// The life of the relay that this engine belongs to, and how long the engine may outlive it.
#pragma once

#include <memory>

#include "util/event_fd.h"

namespace ferry::engine {

// pid 0: there is no relay (the engine was started by hand or by a test) and nothing is ever watched.
struct RelayWatch {
  std::shared_ptr<WakeFd> relay;  // readable when the relay is gone; null: nothing to watch
  bool gone = false;              // it was gone already
  double lease = 600;             // seconds between its end, or that of the last cell, and ours

  static RelayWatch Of(int pid, double lease);
  static RelayWatch By(int pidfd, double lease);  // takes the descriptor
};

}  // namespace ferry::engine
