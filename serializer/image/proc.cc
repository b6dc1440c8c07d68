#include "serializer/image/proc.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "util/file.h"

namespace ferry::image {

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  return text.str();
}

std::string Link(const std::string& path) {
  char target[4096];
  const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
  return n < 0 ? "" : std::string(target, static_cast<std::size_t>(n));
}

std::map<std::string, std::string> Status(pid_t pid) {
  std::istringstream lines(ReadAll("/proc/" + std::to_string(pid) + "/status"));
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    fields[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return fields;
}

std::vector<pid_t> Children(pid_t pid) {
  std::vector<pid_t> children;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  auto threads = List(tasks);  // a child belongs to the thread that made it
  if (!threads) return children;
  for (const auto& thread : *threads) {
    std::istringstream numbers(ReadAll(tasks + "/" + thread + "/children"));
    for (pid_t child; numbers >> child;) children.push_back(child);
  }
  return children;
}

std::vector<pid_t> Tree(pid_t pid) {
  std::vector<pid_t> tree = {pid};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    for (pid_t child : Children(tree[i])) tree.push_back(child);
  }
  return tree;
}

std::uint64_t Memory(const std::vector<pid_t>& pids) {
  std::uint64_t kilobytes = 0;
  for (pid_t pid : pids) {
    auto status = Status(pid);
    for (const char* part : {"RssAnon", "RssShmem", "VmSwap"}) kilobytes += std::strtoull(status[part].c_str(), nullptr, 10);
  }
  return kilobytes * 1024;
}

pid_t OwnNumber(pid_t pid) {
  std::istringstream numbers(Status(pid)["NSpid"]);
  pid_t number = pid;
  while (numbers >> number) {}
  return number;
}

std::string Squeezed(const std::string& text) {
  std::istringstream words(text);
  std::string result;
  for (std::string word; words >> word;) result += (result.empty() ? "" : " ") + word;
  return result;
}

std::vector<Mapping> Mappings(pid_t pid) {
  std::istringstream lines(ReadAll("/proc/" + std::to_string(pid) + "/maps"));
  std::vector<Mapping> mappings;
  for (std::string line; std::getline(lines, line);) {
    Mapping m;
    char flags[8] = "";
    int path = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %7s %*s %*s %*s %n", &m.from, &m.to, flags, &path) < 3) continue;
    m.flags = flags;
    if (path > 0) m.path = line.substr(static_cast<std::size_t>(path));
    constexpr std::string_view kDeleted = " (deleted)";
    if (m.path.ends_with(kDeleted)) {
      m.path.erase(m.path.size() - kDeleted.size());
      m.deleted = true;
    }
    mappings.push_back(std::move(m));
  }
  return mappings;
}

std::vector<std::string> CpuFeatures() {
  std::istringstream lines(ReadAll("/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    std::vector<std::string> features;
    for (std::string word; words >> word;) features.push_back(word);
    std::sort(features.begin(), features.end());
    return features;
  }
  return {};
}

std::string BuildId(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!in.read(reinterpret_cast<char*>(&header), sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return "";
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    in.seekg(static_cast<std::streamoff>(header.e_phoff + i * sizeof segment));
    if (!in.read(reinterpret_cast<char*>(&segment), sizeof segment)) return "";
    if (segment.p_type != PT_NOTE || segment.p_filesz > (1 << 20)) continue;
    std::string notes(segment.p_filesz, '\0');
    in.seekg(static_cast<std::streamoff>(segment.p_offset));
    if (!in.read(notes.data(), static_cast<std::streamsize>(notes.size()))) return "";
    for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= notes.size();) {
      Elf64_Nhdr note;
      std::memcpy(&note, notes.data() + at, sizeof note);
      const std::size_t name = at + sizeof note, text = name + (note.n_namesz + 3) / 4 * 4;
      if (text + note.n_descsz > notes.size()) break;
      if (note.n_type == NT_GNU_BUILD_ID && notes.compare(name, 4, std::string("GNU\0", 4)) == 0) {
        std::string hex;
        for (std::size_t j = 0; j < note.n_descsz; ++j) {
          char two[3];
          std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(notes[text + j]));
          hex += two;
        }
        return hex;
      }
      at = text + (note.n_descsz + 3) / 4 * 4;
    }
  }
  return "";
}

}  // namespace ferry::image
