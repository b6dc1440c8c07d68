#include "util/memory.h"

#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

namespace ferry {
namespace {

// The number in a file, or behind `key` in a file of lines "key number"; `otherwise` where there is none ("max").
std::uint64_t Number(const std::string& file, const std::string& key = "", std::uint64_t otherwise = 0) {
  std::ifstream in(file);
  std::uint64_t number = 0;
  if (key.empty()) return in >> number ? number : otherwise;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    if (words >> name && name == key && words >> number) return number;
  }
  return otherwise;
}

struct Group {
  std::string folder, limit, used, cache;  // cache: key of droppable page cache in memory.stat
};

// The control groups for memory that this process is in, innermost first.
std::vector<Group> Groups(const std::string& root) {
  std::vector<Group> groups;
  std::ifstream in(root + "/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool two = controllers == ",,", one = controllers.find(",memory,") != std::string::npos;
    if (!one && !two) continue;
    const std::string base = root + "/sys/fs/cgroup" + (one ? "/memory" : "");
    for (std::string path = line.substr(second + 1);; path.erase(path.rfind('/'))) {
      if (one) groups.push_back({base + path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"});
      else groups.push_back({base + path, "memory.max", "memory.current", "inactive_file"});
      if (path.find('/') == std::string::npos) break;
    }
  }
  return groups;
}

}  // namespace

Memory LookAtMemory(std::uint64_t own, const std::string& root) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  const std::string meminfo = root + "/proc/meminfo";
  Memory nearest{Number(meminfo, "MemTotal:") * 1024, Number(meminfo, "MemAvailable:") * 1024, false};
  const std::uint64_t machine = nearest.limit ? nearest.limit : kNone;
  const auto nearer = [&](std::uint64_t limit, std::uint64_t used) {
    const std::uint64_t left = limit > used ? limit - used : 0;
    if (limit < machine && (nearest.limit == 0 || left < nearest.left)) nearest = {limit, left, true};
  };
  for (const Group& g : Groups(root)) {
    const std::uint64_t limit = Number(g.folder + "/" + g.limit, "", kNone);
    if (limit >= machine) continue;
    const std::uint64_t used = Number(g.folder + "/" + g.used), cache = Number(g.folder + "/memory.stat", g.cache);
    nearer(limit, used > cache ? used - cache : 0);
  }
  if (own > 0) nearer(own, ResidentBytes());
  return nearest;
}

std::uint64_t OutOfMemoryKills(const std::string& root) {
  std::uint64_t kills = Number(root + "/proc/vmstat", "oom_kill");
  for (const Group& g : Groups(root)) kills += Number(g.folder + "/memory.events", "oom_kill") + Number(g.folder + "/memory.oom_control", "oom_kill");
  return kills;
}

std::uint64_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace ferry
