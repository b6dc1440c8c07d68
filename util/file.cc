#include "util/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "util/fault.h"

namespace ferry {
namespace fs = std::filesystem;

Error SystemError(int error, const std::string& action, const std::string& path) {
  Code code = Code::kIo;
  std::string remedy;
  switch (error) {
    case ENOENT: case ENOTDIR: code = Code::kNotFound; break;
    case ENOSPC: case EDQUOT: case EFBIG:
      code = Code::kFull;
      remedy = "free some space on that file system, or set FERRY_HOME to a directory on another one";
      break;
    case EACCES: case EPERM: case EROFS:
      remedy = "make it accessible for this user, or set FERRY_HOME to a directory that is";
      break;
    default: break;
  }
  return {code, "cannot " + action + " " + path + ": " + std::strerror(error), remedy};
}

namespace {

// Runs one step of the system between its two fault points; `call` returns a negative number for an error in errno.
template <typename Call>
Result<void> Do(Step step, const char* action, const std::string& path, Call call) {
  if (int error = Fault(step, path, false)) return SystemError(error, action, path);
  while (call() < 0) {
    if (errno != EINTR) return SystemError(errno, action, path);
  }
  Fault(step, path, true);
  return {};
}

std::string ParentOf(const std::string& path) {
  fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

Result<File> File::Open(const std::string& path, int flags) {
  int fd = -1;
  auto opened = Do(Step::kOpen, "open", path, [&] { return fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (!opened) return opened.error();
  return File(fd, path);
}

Result<File> File::Create(const std::string& path) { return Open(path, O_WRONLY | O_CREAT | O_TRUNC); }
Result<File> File::Append(const std::string& path) { return Open(path, O_WRONLY | O_CREAT | O_APPEND); }
Result<File> File::Read(const std::string& path) { return Open(path, O_RDONLY); }

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}
File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> File::Write(std::string_view bytes) {
  if (int error = Fault(Step::kWrite, path_, false)) return SystemError(error, "write", path_);
  while (!bytes.empty()) {
    ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  Fault(Step::kWrite, path_, true);
  return {};
}

Result<void> File::Sync() {
  return Do(Step::kSync, "sync", path_, [&] { return ::fdatasync(fd_); });
}

Result<void> File::SyncFileSystem() {
  return Do(Step::kSync, "sync", path_, [&] { return ::syncfs(fd_); });
}

Result<void> File::Truncate(std::uint64_t size) {
  return Do(Step::kTruncate, "truncate", path_, [&] { return ::ftruncate(fd_, static_cast<off_t>(size)); });
}

Result<std::uint64_t> File::Size() const {
  struct stat st;
  if (::fstat(fd_, &st) < 0) return SystemError(errno, "look at", path_);
  return static_cast<std::uint64_t>(st.st_size);
}

void File::StartWriteback() { ::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE); }

Result<Mapped> Mapped::Open(const std::string& path) {
  auto file = File::Read(path);
  if (!file) return file.error();
  auto size = file->Size();
  if (!size) return size.error();
  Mapped mapped;
  if (*size == 0) return mapped;
  void* data = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, file->fd(), 0);
  if (data == MAP_FAILED) return SystemError(errno, "map", path);
  mapped.data_ = static_cast<const char*>(data);
  mapped.size_ = *size;
  // Kernels before 5.14 do not know this advice (EINVAL) and read page by page as the bytes are used.
  if (::madvise(data, *size, MADV_POPULATE_READ) < 0 && errno != EINVAL) return SystemError(errno, "read", path);
  return mapped;
}

Mapped::Mapped(Mapped&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
Mapped& Mapped::operator=(Mapped&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}
Mapped::~Mapped() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) {
  auto file = File::Read(path);
  if (!file) return file.error();
  std::string bytes;
  char piece[65536];
  while (true) {
    ssize_t n = ::read(file->fd(), piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "read", path);
    if (n == 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(n));
    if (bytes.size() > limit) return Error{Code::kCorrupt, path + " is larger than it can be", ""};
  }
}

Result<void> Rename(const std::string& from, const std::string& to) {
  return Do(Step::kRename, "rename to", to, [&] { return ::rename(from.c_str(), to.c_str()); });
}

Result<void> SyncDirectory(const std::string& path) {
  auto directory = File::Read(path);
  if (!directory) return directory.error();
  return Do(Step::kSync, "sync", path, [&] { return ::fsync(directory->fd()); });
}

Result<void> Remove(const std::string& path) {
  return Do(Step::kRemove, "remove", path, [&] {
    int r = ::unlink(path.c_str());
    return r < 0 && errno == ENOENT ? 0 : r;
  });
}

Result<void> RemoveLarge(const std::string& path) {
  constexpr std::uint64_t kSmall = 4 * 1024 * 1024;
  const int held = SizeOf(path) < kSmall ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto removed = Remove(path);
  if (held >= 0) std::thread([held] { ::close(held); }).detach();
  return removed;
}

Result<void> RemoveTree(const std::string& path) {
  if (int error = Fault(Step::kRemove, path, false)) return SystemError(error, "remove", path);
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return SystemError(error.value(), "remove", path);
  Fault(Step::kRemove, path, true);
  return {};
}

Result<void> Replace(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  auto put = [&]() -> Result<void> {
    auto file = File::Create(temporary);
    if (!file) return file.error();
    if (auto r = file->Write(bytes); !r) return r;
    if (auto r = file->Sync(); !r) return r;
    return Rename(temporary, path);
  };
  if (auto r = put(); !r) {
    (void)Remove(temporary);
    return r;
  }
  return SyncDirectory(ParentOf(path));
}

Result<void> MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST) {
    if (fs::is_directory(path)) return {};
    return SystemError(ENOTDIR, "make directory", path);
  }
  if (errno != ENOENT || ParentOf(path) == path) return SystemError(errno, "make directory", path);
  if (auto r = MakeDirectory(ParentOf(path)); !r) return r;
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return SystemError(errno, "make directory", path);
}

Result<std::vector<std::string>> List(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(directory, error), end;
  for (; !error && at != end; at.increment(error)) names.push_back(at->path().filename().string());
  if (error && error.value() != ENOENT) return SystemError(error.value(), "list", directory);
  std::sort(names.begin(), names.end());
  return names;
}

bool Exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::uint64_t SizeOf(const std::string& path) {
  struct stat st;
  return ::lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) ? static_cast<std::uint64_t>(st.st_size) : 0;
}

std::uint64_t TreeSize(const std::string& path) {
  std::uint64_t sum = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error), end;
  for (; !error && at != end; at.increment(error)) sum += SizeOf(at->path().string());
  return sum;
}

std::uint64_t FreeSpace(const std::string& path) {
  struct statvfs st;
  std::string at = path;
  while (::statvfs(at.c_str(), &st) < 0) {
    if (errno != ENOENT || ParentOf(at) == at) return 0;
    at = ParentOf(at);
  }
  return static_cast<std::uint64_t>(st.f_bavail) * st.f_frsize;
}

}  // namespace ferry
