// Where everything of a store lies (docs/format.md, "Files"). All names are made here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "util/digest.h"

namespace ferry::store {

bool IsSid(const std::string& text);                       // 16 lower-case hex digits
std::optional<std::uint32_t> GenerationOf(const std::string& file);  // of a name "gen-00000007"
std::optional<std::uint32_t> ImageOf(const std::string& file);       // of a name "image-00000007"

// The files of one session.
class SessionFiles {
 public:
  explicit SessionFiles(std::string root) : root_(std::move(root)) {}
  const std::string& Root() const { return root_; }
  std::string Info() const { return root_ + "/session.json"; }
  std::string Report() const { return root_ + "/report.json"; }
  std::string Replaying() const { return root_ + "/replaying"; }
  std::string Restart() const { return root_ + "/restart"; }
  std::string Log() const { return root_ + "/log"; }
  std::string DamagedLog() const { return root_ + "/log.damaged"; }
  std::string Lock() const { return root_ + "/lock"; }
  std::string Generation(std::uint32_t number) const;
  std::string Image(std::uint32_t number) const;  // the folder of a generation's system image
  std::string NewGeneration() const { return root_ + "/gen.tmp"; }
  std::string Blobs() const { return root_ + "/blobs"; }
  std::string BlobFolder(const Digest& digest) const { return Blobs() + "/" + digest.Hex().substr(0, 2); }
  std::string Blob(const Digest& digest) const { return BlobFolder(digest) + "/" + digest.Hex(); }
  std::string NewBlob() const { return Blobs() + "/blob.tmp"; }
  std::string NewLargeBlob() const { return Blobs() + "/large.tmp"; }  // may hold what a stopped save left

 private:
  std::string root_;
};

// The files of a store.
class StoreFiles {
 public:
  explicit StoreFiles(std::string home) : home_(std::move(home)) {}
  const std::string& Home() const { return home_; }
  std::string Index() const { return home_ + "/index.json"; }
  std::string Key() const { return home_ + "/key"; }
  std::string IndexLock() const { return home_ + "/index.lock"; }
  std::string Sessions() const { return home_ + "/sessions"; }
  SessionFiles Session(const std::string& sid) const { return SessionFiles(Sessions() + "/" + sid); }
  std::string Made(const std::string& sid) const { return Sessions() + "/" + sid + ".new"; }
  std::string Gone(const std::string& sid) const { return Sessions() + "/" + sid + ".gone"; }

 private:
  std::string home_;
};

}  // namespace ferry::store
