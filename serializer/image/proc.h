// What /proc says of processes, and of this machine, as far as images need it. All reads are snapshots.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ferry::image {

std::string ReadAll(const std::string& path);             // "" if it cannot be read
std::string Link(const std::string& path);                // where it leads; "" if it cannot be read
std::map<std::string, std::string> Status(pid_t pid);     // the fields of /proc/PID/status
std::vector<pid_t> Children(pid_t pid);
std::vector<pid_t> Tree(pid_t pid);                       // the process and all below it, itself first
std::uint64_t Memory(const std::vector<pid_t>& pids);    // bytes that they changed: what an image of them holds
pid_t OwnNumber(pid_t pid);                               // its number in its own pid namespace
std::string Squeezed(const std::string& text);            // runs of blanks and line ends become one blank each

struct Mapping {
  std::uint64_t from = 0, to = 0;
  std::string flags, path;  // "r-xp"; "" for anonymous memory
  bool deleted = false;     // the file has no name any more
  bool Shared() const { return flags.size() > 3 && flags[3] == 's'; }
};
std::vector<Mapping> Mappings(pid_t pid);

std::vector<std::string> CpuFeatures();                   // of this machine, sorted
std::string BuildId(const std::string& path);             // of an ELF file, hex; "" for what has none

}  // namespace ferry::image
