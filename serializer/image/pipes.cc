#include "serializer/image/pipes.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "util/file.h"

namespace ferry::image {
namespace {

std::set<std::string> PipesOf(pid_t pid) {
  std::set<std::string> pipes;
  auto numbers = List("/proc/" + std::to_string(pid) + "/fd");
  for (const auto& fd : numbers ? *numbers : std::vector<std::string>()) {
    if (std::string pipe = PipeOf(pid, fd); !pipe.empty()) pipes.insert(std::move(pipe));
  }
  return pipes;
}

}  // namespace

std::string PipeOf(pid_t pid, const std::string& fd) {
  struct stat s;
  if (::stat(("/proc/" + std::to_string(pid) + "/fd/" + fd).c_str(), &s) != 0 || !S_ISFIFO(s.st_mode)) return "";
  return std::to_string(s.st_dev) + ":" + std::to_string(s.st_ino);
}

std::map<std::string, pid_t> PipesToOthers(const std::vector<pid_t>& tree) {
  std::set<std::string> own;
  for (pid_t pid : tree) own.merge(PipesOf(pid));
  for (const char* stream : {"0", "1", "2"}) own.erase(PipeOf(tree.front(), stream));
  std::map<std::string, pid_t> shared;
  auto processes = List("/proc");
  for (const auto& name : processes ? *processes : std::vector<std::string>()) {
    const pid_t pid = std::atoi(name.c_str());
    if (pid <= 0 || std::find(tree.begin(), tree.end(), pid) != tree.end()) continue;
    for (const std::string& pipe : PipesOf(pid)) {
      if (own.contains(pipe)) shared.emplace(pipe, pid);
    }
  }
  return shared;
}

}  // namespace ferry::image
