// The head of a session that travels as one file (docs/format.md, "Exported session"): what is in it and where it comes from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::format {

struct ArchivedFile {
  std::string name;  // below the session's folder: "log", "gen-00000007", "blobs/a1/a1b2..."
  std::uint64_t bytes = 0;
  std::string sha256;  // 32 bytes
};

struct ArchiveIndex {
  std::string session;          // SID where it was exported
  std::int64_t time_us = 0;     // when
  std::string user, host, key;  // by whom; key: the beginning of the SHA-256 of the key that sealed it, in hex
  std::string ferry, python, platform;
  std::vector<ArchivedFile> files;  // in the order of their bytes
};

}  // namespace ferry::format
