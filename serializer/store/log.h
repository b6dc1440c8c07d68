// The session log: frames of records, append only (docs/format.md, "Log"). One record costs one write() of the system,
// without a sync.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "serializer/format/records.h"
#include "util/file.h"
#include "util/result.h"

namespace ferry::store {

struct LogContents {
  enum class End { kClean, kTorn, kDamaged };
  std::vector<format::Record> records;
  std::uint64_t good_bytes = 0;  // where the valid frames end
  End end = End::kClean;         // what follows them
};

// Every record up to the first that is not valid; a missing file is an empty log. kTooNew, kIo.
Result<LogContents> ReadLog(const std::string& path);

// The writing end. One thread.
class LogWriter {
 public:
  // Cuts off what is torn or damaged; the rest of a damaged log is kept as `damaged`. Nothing is changed on an error.
  static Result<LogWriter> Open(const std::string& path, const std::string& damaged);
  // After an error the log is what it was before.
  Result<void> Append(const format::Record& record);
  // On disk now, or (now = false) only if the last sync was 5 s ago. Nothing to do if nothing was appended.
  Result<void> Sync(bool now);
  // For whoever syncs the file by its path: what was appended up to `size` is on disk.
  std::uint64_t size() const { return size_; }
  void Synced(std::uint64_t size);

 private:
  LogWriter(File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  File file_;
  std::uint64_t size_;
  bool cut_needed_ = false;  // a failed append left bytes that could not be cut off at once
  bool dirty_ = false;
  std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

}  // namespace ferry::store
