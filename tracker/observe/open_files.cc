#include "tracker/observe/open_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "tracker/observe/file_times.h"

namespace ferry::observe {
namespace {

// Numbers above those of the three streams.
std::vector<int> Descriptors() {
  std::vector<int> found;
  DIR* folder = ::opendir("/proc/self/fd");
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (fd > STDERR_FILENO && fd != ::dirfd(folder)) found.push_back(fd);
  }
  ::closedir(folder);
  return found;
}

}  // namespace

std::string PathOf(int fd) {
  std::array<char, 4096> path;
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

void OpenFiles::Disregard(std::vector<std::string> folders) {
  ours_ = OwnFiles(std::move(folders));
  stale_ = true;
}

void OpenFiles::Search(const OwnFiles& own) {
  files_.clear();
  for (const int fd : Descriptors()) {
    const int flags = ::fcntl(fd, F_GETFL);
    struct stat state;
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || flags & O_PATH || ::fstat(fd, &state) != 0) continue;
    if (!S_ISREG(state.st_mode) || state.st_nlink == 0) continue;  // removed: what is written there nobody will find
    std::string path = PathOf(fd);
    if (!own.Contains(path) && !ours_.Contains(path)) files_.push_back({fd, std::move(path), {}, 0, false});
  }
  stale_ = false;
}

void OpenFiles::Before(const OwnFiles& own) {
  if (stale_) Search(own);
  if (files_.empty()) return;
  std::erase_if(files_, [&](File& file) {
    if (::fstat(file.fd, &file.state) != 0) return true;
    file.recent = IsRecent(file.state);
    file.position = ::lseek(file.fd, 0, SEEK_CUR);
    return false;
  });
}

std::vector<std::string> OpenFiles::Written() {
  std::vector<std::string> paths;
  for (const File& file : files_) {
    if (IsWritten(file)) paths.push_back(file.path);
  }
  return paths;
}

bool OpenFiles::IsWritten(const File& file) {
  struct stat now;
  const bool open = ::fstat(file.fd, &now) == 0 && SameFile(now, file.state);
  if (!open && (::stat(file.path.c_str(), &now) != 0 || !SameFile(now, file.state))) return false;
  if (!SameState(now, file.state)) return true;
  return file.recent && open && ::lseek(file.fd, 0, SEEK_CUR) != file.position;
}

}  // namespace ferry::observe
