#include "kernel/relay/runtime_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "kernel/relay/wire.h"
#include "util/lock.h"

namespace ferry::relay {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestSocket = 90;  // bytes; sun_path holds 108, and other tools need some of them
constexpr std::size_t kBelowBase = sizeof("/0123456789abcdef/1000-5");

Result<std::string> Base() {
  std::string own = "/ferry-" + std::to_string(::geteuid());
  std::string places[3];
  if (const char* xdg = std::getenv("XDG_RUNTIME_DIR"); xdg && *xdg == '/') places[0] = std::string(xdg) + "/ferry";
  if (const char* tmp = std::getenv("TMPDIR"); tmp && *tmp == '/') places[1] = tmp + own;
  places[2] = "/tmp" + own;
  Error last;
  for (const std::string& place : places) {
    if (place.empty() || place.size() + kBelowBase > kLongestSocket) continue;
    Result<void> made = OwnDirectory(place);
    if (made) return place;
    last = made.error();
  }
  return last;
}

// A lock on the folder's `alive`; -1 if it is held or gone.
int Hold(const std::string& folder, int flags) {
  int fd = ::open((folder + "/alive").c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
  if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

void Sweep(const std::string& base) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(base, ignored)) {
    int fd = Hold(entry.path().string(), 0);
    if (fd < 0) continue;
    fs::remove_all(entry.path(), ignored);
    ::close(fd);
  }
}

}  // namespace

std::string RuntimeDir::MarkerOf(const std::string& connection_file) { return fs::path(connection_file).replace_extension(".parked"); }

Result<void> OwnDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Code::kIo, "cannot make " + path + ": " + std::strerror(errno), "set XDG_RUNTIME_DIR to a folder of yours"};
  }
  struct stat s;
  if (::lstat(path.c_str(), &s) != 0 || !S_ISDIR(s.st_mode) || s.st_uid != ::geteuid() || (s.st_mode & 077)) {
    return Error{Code::kRefused, path + " is not a directory that only you can enter",
                 "remove it, or set XDG_RUNTIME_DIR to a folder of yours"};
  }
  return {};
}

Result<RuntimeDir> RuntimeDir::Make() {
  Result<std::string> base = Base();
  if (!base) return base.error();
  Sweep(*base);
  // Another relay's sweep may come between making a folder and locking it.
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::string path = *base + "/" + RandomHex(8);
    if (::mkdir(path.c_str(), 0700) != 0) return Error{Code::kIo, "cannot make " + path + ": " + std::strerror(errno), ""};
    int fd = Hold(path, O_CREAT);
    if (fd >= 0 && ::access((path + "/alive").c_str(), F_OK) == 0) return RuntimeDir(path, fd);
    if (fd >= 0) ::close(fd);
  }
  return Error{Code::kIo, "cannot keep a folder in " + *base, ""};
}

Result<RuntimeDir> RuntimeDir::Share(pid_t engine, const std::string& path) {
  auto lock = FileLock::Share(engine, path + "/alive");
  if (!lock) return lock.error();
  return RuntimeDir(path, ::fcntl(lock->fd(), F_DUPFD_CLOEXEC, 0));
}

RuntimeDir::RuntimeDir(RuntimeDir&& other) noexcept
    : path_(std::move(other.path_)), alive_fd_(std::exchange(other.alive_fd_, -1)) {}

RuntimeDir::~RuntimeDir() {
  if (alive_fd_ >= 0) ::close(alive_fd_);
}

bool RuntimeDir::Bound(int engine) const {
  for (const char* port : {"-1", "-2", "-3", "-4"}) {
    if (::access((Stem(engine) + port).c_str(), F_OK) != 0) return false;
  }
  return true;
}

void RuntimeDir::RemoveEngine(int engine) const {
  for (const char* end : {"-1", "-2", "-3", "-4", "-5", ".json", ".json.ends", ".image", ".parked", ".info"}) ::unlink((Stem(engine) + end).c_str());
}

void RuntimeDir::Remove() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Tail(const std::string& file, std::size_t bytes) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  std::size_t size = in.tellg(), from = size > bytes ? size - bytes : 0;
  in.seekg(from);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::size_t line = text.find('\n');
  if (from > 0 && line != std::string::npos) text.erase(0, line + 1);
  return text;
}

}  // namespace ferry::relay
