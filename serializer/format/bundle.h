// What travels beside a system image (docs/format.md, "System image"): all that must be known before CRIU may see it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "util/digest.h"

namespace ferry::format {

// One file below `images`.
struct ImageFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hex digits
};

// One file that the processes had mapped: the image holds their private pages only.
struct MappedFile {
  std::string path;
  std::uint64_t bytes = 0;
  std::string build_id;  // hex; empty for what is no ELF file
  std::string carried;   // name below `images` of the copy that travels with the image; empty: none does
};

struct Bundle {
  std::string session;             // SID; empty for an image without one
  std::uint32_t generation = 0;    // whose state it is
  Digest manifest;                 // of that generation's payload: another generation of the same number does not fit
  std::int64_t time_us = 0;        // wall clock, microseconds since 1970
  std::string host, kernel, architecture, criu;  // criu: its version
  std::vector<std::string> cpu;    // features that the processes may have found, sorted
  std::int64_t monotonic_us = 0;   // CLOCK_MONOTONIC and
  std::int64_t boottime_us = 0;    // CLOCK_BOOTTIME as the processes saw them
  std::uint32_t uid = 0, gid = 0;
  std::string uid_map, gid_map;    // of /proc/PID, blanks squeezed
  std::vector<std::uint32_t> pids; // of its processes, as they know them; the engine first
  std::string wake;                // where the engine waits for its relay
  std::vector<ImageFile> files;    // by name
  std::vector<MappedFile> mapped;  // by path
};

}  // namespace ferry::format
