// A session as one file, and back (docs/format.md, "Exported session"). A session is code: what was not sealed with this
// user's key is taken only when the user says that he trusts it.
#pragma once

#include <string>
#include <vector>

#include "serializer/format/archive.h"
#include "serializer/store/seal.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::store {

struct Exported {
  std::uint64_t bytes = 0;  // of the file
  std::vector<std::uint32_t> generations;
};

// Writes the newest complete generation of a session (or `all` of them) with what it needs and the log to `path`, replacing
// it as a whole. The session may be in use. kNotFound (also: nothing saved), kCorrupt (a blob is damaged), kIo, kFull.
Result<Exported> ExportSession(const Store& store, const std::string& sid, const std::string& path, bool all);

// An exported session that was opened: its head was read and is consistent with the file's size.
class Archive {
 public:
  // kCorrupt, kTooNew, kNotFound, kIo. Of the contents nothing has been checked yet.
  static Result<Archive> Open(const std::string& path);

  const format::ArchiveIndex& index() const { return index_; }
  std::uint64_t Bytes() const { return bytes_; }                // of the contents
  bool SealedBy(const UserKey& key) const { return key.Sealed(head_, seal_); }
  std::vector<format::Manifest> Generations() const;            // readable ones, newest first; for showing

  // A new session with these contents, bound to no notebook and without a name; its SID. Each file is compared with the head
  // before anything of it is used: kCorrupt. kFull when there is no room, by quota or on the disk.
  Result<std::string> Import(Store& store, bool own) const;

 private:
  Archive(Mapped file) : file_(std::move(file)) {}
  std::string_view Content(std::size_t number) const { return file_.bytes().substr(offsets_[number], index_.files[number].bytes); }

  Mapped file_;
  format::ArchiveIndex index_;
  std::string_view head_, seal_;  // into file_
  std::vector<std::size_t> offsets_;
  std::uint64_t bytes_ = 0;
};

// The head alone: what any bytes, made by anybody, must pass. `size`: of the whole file. In *content, where the contents begin.
Result<format::ArchiveIndex> ReadArchiveHead(std::string_view bytes, std::size_t* content);

}  // namespace ferry::store
