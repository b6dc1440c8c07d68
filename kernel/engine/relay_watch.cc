#include "kernel/engine/relay_watch.h"

#include <sys/syscall.h>

#include <cerrno>

namespace ferry::engine {

RelayWatch RelayWatch::Of(int pid, double lease) {
  RelayWatch watch;
  watch.lease = lease;
  if (pid <= 0) return watch;
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd >= 0) watch.relay = std::make_unique<WakeFd>(static_cast<int>(fd));
  else watch.gone = errno == ESRCH;
  return watch;
}

}  // namespace ferry::engine
