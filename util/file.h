// Files with the promises a store needs: what Sync returned for is on disk, what was renamed appears whole or not at all,
// and every refusal of the system is an Error that names the file and what to do. Each step can be made to fail
// (util/fault.h). No function here follows a plan of its own: nothing is retried, nothing is left behind half written
// except under the name the caller gave.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace ferry {

// "cannot write PATH: No space left on device". kNotFound for a missing file, kFull for no space or quota, else kIo.
Error SystemError(int error, const std::string& action, const std::string& path);

// An open file. Moves; closes on destruction. One thread.
class File {
 public:
  static Result<File> Create(const std::string& path);  // emptied if it exists; 0600, close-on-exec
  static Result<File> Append(const std::string& path);  // made if missing; every write goes to the end
  static Result<File> Read(const std::string& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  Result<void> Write(std::string_view bytes);  // all of it; after an error any part may have been written
  Result<void> Sync();                         // data and size are on disk (fdatasync)
  // Everything on this file system is on disk, directories included; an error if anything on it failed to be written since
  // this file was opened or SyncFileSystem was last called on it. One call costs less than the sync of a handful of files.
  Result<void> SyncFileSystem();
  Result<void> Truncate(std::uint64_t size);
  Result<std::uint64_t> Size() const;
  void StartWriteback();  // asks the system to begin writing, so that a later Sync is short. Returns at once
  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

 private:
  static Result<File> Open(const std::string& path, int flags);
  File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
};

// A whole file as read-only memory, for as long as it lives; the file may be unlinked meanwhile. All pages were readable
// when it was opened (a disk error is an Error here and not a signal later).
class Mapped {
 public:
  static Result<Mapped> Open(const std::string& path);
  Mapped(Mapped&& other) noexcept;
  Mapped& operator=(Mapped&& other) noexcept;
  ~Mapped();
  std::string_view bytes() const { return {data_, size_}; }

 private:
  Mapped() = default;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

Result<std::string> ReadFile(const std::string& path, std::uint64_t limit = 1u << 30);  // kCorrupt when larger

Result<void> Rename(const std::string& from, const std::string& to);
Result<void> SyncDirectory(const std::string& path);
Result<void> Remove(const std::string& path);  // a file; missing is fine
// The same for a file that may be large: its name is gone at once, and a thread gives its blocks back, which takes some
// file systems a fifth of a millisecond for each megabyte.
Result<void> RemoveLarge(const std::string& path);
// Everything below and the directory itself; missing is fine.
Result<void> RemoveTree(const std::string& path);

// path.tmp, written, synced, renamed, directory synced: readers see the old content or the new. After an error the old
// content stands and path.tmp is removed if the system lets us.
Result<void> Replace(const std::string& path, std::string_view bytes);

Result<void> MakeDirectory(const std::string& path);  // with parents, 0700; existing is fine
Result<std::vector<std::string>> List(const std::string& directory);  // names, sorted; missing: empty
bool Exists(const std::string& path);
std::uint64_t SizeOf(const std::string& path);  // 0 if missing
std::uint64_t TreeSize(const std::string& path);  // bytes of all files below
std::uint64_t FreeSpace(const std::string& path);  // bytes this user may still write there; nearest existing parent

}  // namespace ferry
