// The one writer of a session. It holds the session's lock for as long as it lives, so that everything half written that
// it finds when it opens is garbage of a writer that died. A generation becomes true by the rename of its manifest, after
// everything it names is on disk (docs/format.md, "Manifest and blobs"); whatever fails before that leaves the old
// generations as they were.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/format/records.h"
#include "serializer/store/blob_file.h"
#include "serializer/store/json.h"
#include "serializer/store/layout.h"
#include "serializer/store/log.h"
#include "serializer/store/room.h"
#include "util/background.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/result.h"
#include "util/stop.h"

namespace ferry::store {

struct BlobRef {
  Digest digest;
  std::uint64_t bytes = 0;  // of the payload
};

// One thread at a time.
class SessionWriter {
 public:
  // Opens under `lock`. `quota` bytes are for the whole store, of which `elsewhere` are taken by other sessions; 0: no
  // quota. kTooNew for a session that a newer version wrote.
  static Result<SessionWriter> Open(SessionFiles files, FileLock lock, std::uint64_t quota, std::uint64_t elsewhere);

  // 10 to 20 microseconds for a record of a few kilobytes. After an error the log is what it was before.
  Result<void> Append(const format::Record& record) { return log_.Append(record); }
  Result<void> Sync(bool now) { return log_.Sync(now); }

  // Writes the concatenation of `pieces` as a blob. Looks at `stop` every mebibyte (kAborted); refuses with kFull what
  // does not fit into the quota or on the disk before it writes. After an error nothing is left, but the file of a large
  // blob that was stopped, for the next one. Bytes that another thread changes meanwhile are stored as they were at one
  // instant each, and the digest is of what was stored.
  Result<BlobRef> PutBlob(const std::vector<std::string_view>& pieces, Stop& stop);
  // Whether a blob is there. One that the disk refused after PutBlob took it was removed: it must be put again.
  bool Has(const Digest& blob) const { return SizeOf(files_.Blob(blob)) != 0; }

  // Makes `manifest` the newest generation and returns its number; fills in `generation` and `bytes`. Looks at `stop`
  // while it waits for the disk (kAborted; what was begun goes on, the next call waits for it). kInvalid if a blob it
  // names was never put.
  Result<std::uint32_t> Commit(format::Manifest manifest, Stop& stop);

  // Removes blobs that no generation names and that were not put since the last commit, and images that are neither the
  // newest nor of a generation with a label; returns the bytes freed. Looks at `stop` before each (kAborted).
  Result<std::uint64_t> Collect(Stop& stop);

  Result<void> Forget(std::uint32_t generation);  // removes it; kNotFound
  Result<void> Set(const Json& fields);           // into session.json; a null removes the field
  Result<Json> Info() const { return ReadObject(files_.Info()); }
  Result<void> SetReport(const Json& report) { return WriteObject(files_.Report(), report); }

  std::uint64_t Used() const { return room_.used(); }  // bytes of this session's blobs and system images
  const SessionFiles& files() const { return files_; }
  FileLock& lock() { return lock_; }

 private:
  SessionWriter(SessionFiles files, FileLock lock, LogWriter log, File disk, Room room)
      : files_(std::move(files)), lock_(std::move(lock)), log_(std::move(log)), disk_(std::make_shared<File>(std::move(disk))),
        room_(room), blob_file_(files_) {}
  Result<void> SyncBlobs(const format::Manifest& manifest, Stop& stop);
  Result<void> AwaitSync(Stop& stop);
  Result<void> Aside(std::function<Result<void>()> work, Stop& stop);

  SessionFiles files_;
  FileLock lock_;
  LogWriter log_;
  std::shared_ptr<File> disk_;  // the folder of blobs, open since before the first was put: it learns of every failed write
  Room room_;
  BlobFile blob_file_;
  std::uint32_t last_generation_ = 0;
  std::set<Digest> fresh_;     // put since the last commit: no garbage though nothing names them yet
  std::set<Digest> unsynced_;  // put, and not yet known to be on disk
  std::set<Digest> durable_;   // named by a generation when it was committed, thus on disk
  std::set<Digest> syncing_;             // of unsynced_: what the sync under way, if it succeeds, has put on disk
  std::uint64_t syncing_log_ = 0;        // and as much of the log
  std::shared_ptr<std::optional<Digest>> unsyncable_;  // the blob at which it failed
  Background sync_, aside_;
};

}  // namespace ferry::store
