// Reading a session, with or without a living writer beside (docs/format.md, "What an outsider may conclude"). Nothing
// is cached: each call looks at the disk. Any thread, as long as calls do not overlap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "serializer/format/records.h"
#include "serializer/store/json.h"
#include "serializer/store/layout.h"
#include "serializer/store/log.h"
#include "util/file.h"
#include "util/result.h"

namespace ferry::store {

// The verified bytes of a blob, for as long as it lives.
class Blob {
 public:
  static Result<Blob> Open(const std::string& path, const Digest& digest);
  std::string_view bytes() const { return payload_; }

 private:
  Blob(Mapped file, std::string_view payload) : file_(std::move(file)), payload_(payload) {}
  Mapped file_;
  std::string_view payload_;
};

struct Damage {
  std::string file;
  Error error;
};

class SessionReader {
 public:
  explicit SessionReader(SessionFiles files) : files_(std::move(files)) {}

  Result<Json> Info() const;          // session.json
  Result<LogContents> Log() const;    // an empty one where there is none
  // Readable generations, newest first; those that are not are named in `damage`.
  Result<std::vector<format::Manifest>> Generations(std::vector<Damage>* damage = nullptr) const;
  Result<format::Manifest> Generation(std::uint32_t number) const;
  Result<Digest> GenerationDigest(std::uint32_t number) const;  // of the manifest's payload: an image names it
  Result<Blob> OpenBlob(const Digest& digest) const;  // kNotFound, kCorrupt: "blob a1b2...: the checksum differs"
  const SessionFiles& files() const { return files_; }

 private:
  SessionFiles files_;
};

// The numbers of the gen files, newest first; readable or not.
Result<std::vector<std::uint32_t>> GenerationNumbers(const SessionFiles& files);

}  // namespace ferry::store
