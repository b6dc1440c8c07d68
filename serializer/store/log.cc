#include "serializer/store/log.h"

#include <algorithm>

namespace ferry::store {

Result<LogContents> ReadLog(const std::string& path) {
  auto file = Mapped::Open(path);
  if (!file && file.error().code == Code::kNotFound) return LogContents{};
  if (!file) return file.error();
  LogContents log;
  std::string_view rest = file->bytes();
  while (!rest.empty()) {
    if (rest.size() < format::kHeaderBytes) {
      log.end = LogContents::End::kTorn;
      break;
    }
    auto head = format::ReadHead(rest);
    if (!head && head.error().code == Code::kTooNew) return head.error().Within(path);
    if (head && head->FrameBytes() > rest.size()) {
      log.end = LogContents::End::kTorn;
      break;
    }
    auto frame = format::ReadFrame(rest);
    auto record = frame ? format::DecodeRecord(*frame) : Result<format::Record>(frame.error());
    if (!record && record.error().code == Code::kTooNew) return record.error().Within(path);
    if (!record) {
      log.end = LogContents::End::kDamaged;
      break;
    }
    log.records.push_back(*std::move(record));
    log.good_bytes += head->FrameBytes();
    rest.remove_prefix(head->FrameBytes());
  }
  return log;
}

Result<LogWriter> LogWriter::Open(const std::string& path, const std::string& damaged) {
  auto log = ReadLog(path);
  if (!log) return log.error();
  if (log->end == LogContents::End::kDamaged) {
    auto bytes = ReadFile(path, ~std::uint64_t{0});
    if (!bytes) return bytes.error();
    if (auto r = Replace(damaged, std::string_view(*bytes).substr(log->good_bytes)); !r) return r.error();
  }
  auto file = File::Append(path);
  if (!file) return file.error();
  if (log->end != LogContents::End::kClean) {
    if (auto r = file->Truncate(log->good_bytes); !r) return r.error();
  }
  return LogWriter(*std::move(file), log->good_bytes);
}

Result<void> LogWriter::Append(const format::Record& record) {
  auto frame = format::Encode(record);
  if (!frame) return frame.error();
  if (cut_needed_) {
    if (auto r = file_.Truncate(size_); !r) return r;
    cut_needed_ = false;
  }
  if (auto r = file_.Write(*frame); !r) {
    cut_needed_ = !file_.Truncate(size_);
    return r;
  }
  size_ += frame->size();
  dirty_ = true;
  return {};
}

Result<void> LogWriter::Sync(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!dirty_ || (!now && time - synced_ < std::chrono::seconds(5))) return {};
  if (auto r = file_.Sync(); !r) return r;
  Synced(size_);
  return {};
}

void LogWriter::Synced(std::uint64_t size) {
  if (size == size_) dirty_ = false;
  synced_ = std::chrono::steady_clock::now();
}

}  // namespace ferry::store
