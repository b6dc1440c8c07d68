#include "kernel/engine/relay_watch.h"

#include <sys/syscall.h>

#include <cerrno>

#include "kernel/engine/forked.h"

namespace ferry::engine {

RelayWatch RelayWatch::Of(int pid, double lease) {
  RelayWatch watch;
  watch.lease = lease;
  if (pid <= 0) return watch;
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  watch.gone = fd < 0 && errno == ESRCH;
  return fd < 0 ? std::move(watch) : By(static_cast<int>(fd), lease);
}

RelayWatch RelayWatch::By(int pidfd, double lease) {
  RelayWatch watch;
  watch.lease = lease;
  watch.relay = std::make_shared<WakeFd>(pidfd);
  KeepFromChildren(pidfd);
  return watch;
}

}  // namespace ferry::engine
