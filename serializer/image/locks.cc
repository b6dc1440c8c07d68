#include "serializer/image/locks.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <sstream>

#include "serializer/image/proc.h"
#include "util/file.h"

namespace ferry::image {
namespace {

// A line of /proc/PID/fdinfo/N is "lock:	1: FLOCK  ADVISORY  WRITE 4242 08:01:1234 0 EOF".
bool HoldsExclusive(const std::string& information) {
  std::istringstream lines(information);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("lock:") && line.find(" WRITE ") != std::string::npos) return true;
  return false;
}

}  // namespace

std::vector<std::string> LockedFiles(pid_t pid) {
  std::set<std::string> found;
  for (pid_t one : Tree(pid)) {
    const std::string process = "/proc/" + std::to_string(one);
    auto numbers = List(process + "/fd");
    if (!numbers) continue;  // it has ended
    for (const std::string& number : *numbers)
      if (HoldsExclusive(ReadAll(process + "/fdinfo/" + number))) found.insert(Link(process + "/fd/" + number));
  }
  return {found.begin(), found.end()};
}

bool IsLocked(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  const bool by_range = ::fcntl(fd, F_OFD_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
  const bool by_file = ::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return by_range || by_file;
}

}  // namespace ferry::image
