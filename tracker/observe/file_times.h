// Whether a file was changed, by what the system says of it.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include <tuple>

namespace ferry::observe {

inline bool SameFile(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

inline bool SameState(const struct stat& a, const struct stat& b) {
  const auto state = [](const struct stat& s) { return std::tuple(s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec); };
  return state(a) == state(b);
}

// Changed so lately that another write may leave the same time: file systems take their times from this clock.
inline bool IsRecent(const struct stat& file) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::tie(file.st_mtim.tv_sec, file.st_mtim.tv_nsec) >= std::tie(now.tv_sec, now.tv_nsec);
}

}  // namespace ferry::observe
