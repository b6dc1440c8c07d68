// A store: the directory of all sessions of a user, and the index that says which notebook has which session.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "serializer/store/json.h"
#include "serializer/store/reader.h"
#include "serializer/store/writer.h"
#include "util/result.h"

namespace ferry::store {

// Any thread; each call looks at the disk. Nothing is made before Create.
class Store {
 public:
  // `quota`: bytes for all sessions together, 0 for none. kInvalid for an empty path, kIo if it cannot be used.
  static Result<Store> Open(const std::string& home, std::uint64_t quota = 0);

  // session.json of each session, newest first, with "session" (SID), "notebook" as the index has it ("" if none),
  // "bytes", "generations" (numbers, newest first), "modified_us", "locked", "holder", and where session.json is damaged "error".
  Result<std::vector<Json>> Sessions() const;
  Result<Json> Describe(const std::string& sid) const;  // one of them; kNotFound

  // The session a person means: SID, unique beginning of one, notebook path, or name. kNotFound; kInvalid if it could be several.
  Result<std::string> Resolve(const std::string& text) const;

  Result<std::optional<std::string>> Find(const std::string& notebook) const;  // by the index
  Result<void> Bind(const std::string& notebook, const std::string& sid);
  Result<void> Unbind(const std::string& notebook);
  // A notebook, or a folder of them, has a new path. kNotFound if nothing below `from` has a session; kRefused if `to` has
  // one already. Returns how many moved.
  Result<std::size_t> Rename(const std::string& from, const std::string& to);

  // A new session with this session.json (plus "session" and "created_us"); its SID. `fill` puts files into its folder before
  // anybody sees it; its error undoes all.
  Result<std::string> Create(Json info, const std::function<Result<void>(const std::string& folder)>& fill = nullptr);
  // The same for one that a process opens at once, and that no notebook and no name leads to: it does not wait for the disk. A loss of
  // power before Settle() may leave nothing of it, or a folder without a session.json.
  Result<std::string> Begin(Json info);
  Result<void> Settle() const;
  // Takes the session's lock, or adopts the one that `lock_fd` holds. kNotFound, kRefused ("in use by pid ...").
  Result<SessionWriter> Write(const std::string& sid, int lock_fd = -1) const;
  Result<SessionReader> Read(const std::string& sid) const;  // kNotFound
  Result<void> Remove(const std::string& sid);               // kNotFound, kRefused

  // Finishes what died half way, collects each session that nobody writes; returns the bytes freed.
  Result<std::uint64_t> Collect();

  const StoreFiles& files() const { return files_; }
  std::uint64_t quota() const { return quota_; }
  std::uint64_t Used() const { return TreeSize(files_.Sessions()); }

 private:
  Store(StoreFiles files, std::uint64_t quota) : files_(std::move(files)), quota_(quota) {}
  Result<std::vector<std::string>> Sids() const;
  Result<std::string> Make(Json info, const std::function<Result<void>(const std::string& folder, const Json& info)>& fill);

  StoreFiles files_;
  std::uint64_t quota_;
};

// The path under which a notebook is known: absolute, links resolved as far as the file exists.
std::string RealPath(const std::string& path);

}  // namespace ferry::store
