// How much memory is left until the system ends a process because of it: by the limits of the control groups around this
// process (versions 1 and 2; Documentation/admin-guide/cgroup-v2.rst of Linux, "Memory") and by what the machine has.
// Page cache that can be dropped counts as free.
#pragma once

#include <cstdint>
#include <string>

namespace ferry {

struct Memory {
  std::uint64_t limit = 0, left = 0;  // bytes; limit 0: unknown
  bool container = false;             // a control group's limit is the nearest, not the machine's

  // Little enough that a warning is due: less than a tenth, and less than 1 GiB.
  bool Low() const { return limit > 0 && left < limit / 10 && left < (std::uint64_t{1} << 30); }
};

// Of the nearest limit. Reads some small files. `root`: where /proc and /sys are, for tests. `own`: a limit for this process
// alone, 0: none.
Memory LookAtMemory(std::uint64_t own = 0, const std::string& root = "");

// How often the system has ended a process for want of memory, here or in the control group of this process.
std::uint64_t OutOfMemoryKills(const std::string& root = "");

std::uint64_t ResidentBytes();  // of this process

}  // namespace ferry
