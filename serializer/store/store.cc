#include "serializer/store/store.h"

#include <sys/random.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "serializer/store/index.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/lock.h"

namespace ferry::store {
namespace fs = std::filesystem;
namespace {

std::string NewSid() {
  std::uint64_t random = 0;
  CHECK(::getrandom(&random, sizeof random, 0) == sizeof random);
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random));
  return text;
}

Error NoSession(const std::string& text) {
  return {Code::kNotFound, "there is no session " + text, "jupyter ferry list shows the sessions there are"};
}

std::int64_t ModifiedMicros(const SessionFiles& files) {
  std::int64_t newest = 0;
  for (const auto& path : {files.Log(), files.Info()}) {
    std::error_code error;
    auto time = fs::last_write_time(path, error);
    if (error) continue;
    auto system = std::chrono::file_clock::to_sys(time).time_since_epoch();
    newest = std::max<std::int64_t>(newest, std::chrono::duration_cast<std::chrono::microseconds>(system).count());
  }
  return newest;
}

}  // namespace

std::string RealPath(const std::string& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? path : real.string();
}

Result<Store> Store::Open(const std::string& home, std::uint64_t quota) {
  if (home.empty()) return Error{Code::kInvalid, "the path of the store is empty", "set FERRY_HOME to a directory"};
  std::error_code error;
  const auto status = fs::status(home, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    return Error{Code::kIo, home + " is not a directory", "set FERRY_HOME to a directory"};
  }
  return Store(StoreFiles(RealPath(home)), quota);
}

Result<std::vector<std::string>> Store::Sids() const {
  auto names = List(files_.Sessions());
  if (!names) return names;
  std::erase_if(*names, [](const std::string& name) { return !IsSid(name); });
  return names;
}

Result<Json> Store::Describe(const std::string& sid) const {
  const SessionFiles files = files_.Session(sid);
  if (!IsSid(sid) || !Exists(files.Root())) return NoSession(sid);
  auto index = ReadIndex(files_);
  if (!index) return index.error();
  auto info = ReadObject(files.Info());
  Json described = info ? *info : Json{{"error", info.error().what}};
  described["session"] = sid;
  described["notebook"] = "";
  for (const auto& [notebook, owner] : *index) {
    if (owner == sid) described["notebook"] = notebook;
  }
  auto generations = GenerationNumbers(files);
  described["generations"] = generations ? *generations : std::vector<std::uint32_t>{};
  described["bytes"] = TreeSize(files.Root());
  described["modified_us"] = ModifiedMicros(files);
  const bool locked = FileLock::Held(files.Lock());
  described["locked"] = locked;
  described["holder"] = locked ? FileLock::Holder(files.Lock()) : "";
  return described;
}

Result<std::vector<Json>> Store::Sessions() const {
  auto sids = Sids();
  if (!sids) return sids.error();
  std::vector<Json> sessions;
  for (const auto& sid : *sids) {
    auto described = Describe(sid);
    if (described) sessions.push_back(*std::move(described));
    else if (described.error().code != Code::kNotFound) return described.error();  // removed while we looked
  }
  std::stable_sort(sessions.begin(), sessions.end(),
                   [](const Json& a, const Json& b) { return a["modified_us"] > b["modified_us"]; });
  return sessions;
}

Result<std::string> Store::Resolve(const std::string& text) const {
  auto sids = Sids();
  if (!sids) return sids.error();
  if (std::find(sids->begin(), sids->end(), text) != sids->end()) return text;
  auto owner = Find(text);
  if (!owner) return owner.error();
  if (*owner && Exists(files_.Session(**owner).Root())) return **owner;
  std::vector<std::string> found;
  for (const auto& sid : *sids) {
    auto info = ReadObject(files_.Session(sid).Info());
    if (info && !text.empty() && Text(*info, "name") == text) found.push_back(sid);
  }
  if (found.empty() && text.size() >= 2) {
    for (const auto& sid : *sids) {
      if (sid.starts_with(text)) found.push_back(sid);
    }
  }
  if (found.empty()) return NoSession(text);
  if (found.size() == 1) return found.front();
  std::string all;
  for (const auto& sid : found) all += (all.empty() ? "" : ", ") + sid;
  return Error{Code::kInvalid, text + " could be any of the sessions " + all, "name one of them by its id"};
}

Result<std::optional<std::string>> Store::Find(const std::string& notebook) const {
  auto index = ReadIndex(files_);
  if (!index) return index.error();
  auto at = index->find(RealPath(notebook));
  return at == index->end() ? std::optional<std::string>() : at->second;
}

Result<void> Store::Bind(const std::string& notebook, const std::string& sid) {
  if (!IsSid(sid) || !Exists(files_.Session(sid).Root())) return NoSession(sid);
  return ChangeIndex(files_, [&](Index& index) -> Result<void> {
    std::erase_if(index, [&](const auto& entry) { return entry.second == sid; });
    index[RealPath(notebook)] = sid;
    return {};
  });
}

Result<void> Store::Unbind(const std::string& notebook) {
  return ChangeIndex(files_, [&](Index& index) -> Result<void> {
    index.erase(RealPath(notebook));
    return {};
  });
}

Result<std::size_t> Store::Rename(const std::string& from, const std::string& to) {
  const std::string old_path = RealPath(from), new_path = RealPath(to);
  const auto moves = [&](const std::string& notebook) {
    return notebook == old_path || notebook.starts_with(old_path + "/");
  };
  std::size_t moved = 0;
  auto changed = ChangeIndex(files_, [&](Index& index) -> Result<void> {
    Index next = index;
    std::erase_if(next, [&](const auto& entry) { return moves(entry.first); });
    moved = index.size() - next.size();
    if (moved == 0) {
      return Error{Code::kNotFound, "no session belongs to " + old_path, "jupyter ferry list shows the notebooks there are"};
    }
    for (const auto& [notebook, sid] : index) {
      if (!moves(notebook)) continue;
      const std::string target = new_path + notebook.substr(old_path.size());
      if (auto [at, fresh] = next.emplace(target, sid); !fresh) {
        return Error{Code::kRefused, target + " has a session already: " + at->second,
                     "remove that session first: jupyter ferry rm " + at->second};
      }
    }
    index = std::move(next);
    return {};
  });
  if (!changed) return changed.error();
  return moved;
}

Result<std::string> Store::Create(Json info, const std::function<Result<void>(const std::string& folder)>& fill) {
  auto sid = Make(std::move(info), [&](const std::string& folder, const Json& described) -> Result<void> {
    if (fill) {
      if (auto r = fill(folder); !r) return r;
    }
    return WriteObject(SessionFiles(folder).Info(), described);
  });
  if (!sid) return sid;
  if (auto r = Settle(); !r) {
    (void)RemoveTree(files_.Session(*sid).Root());
    return r.error();
  }
  return sid;
}

Result<std::string> Store::Begin(Json info) {
  return Make(std::move(info), [](const std::string& folder, const Json& described) -> Result<void> {
    auto file = File::Create(SessionFiles(folder).Info());
    return file ? file->Write(Dumped(described)) : Result<void>(file.error());
  });
}

Result<void> Store::Settle() const { return SyncDirectory(files_.Sessions()); }

Result<std::string> Store::Make(Json info, const std::function<Result<void>(const std::string& folder, const Json& info)>& fill) {
  const std::string sid = NewSid();
  const std::string made = files_.Made(sid);
  info["session"] = sid;
  info["created_us"] = NowMicros();
  if (auto r = MakeDirectory(made); !r) return r.error();
  auto put = [&]() -> Result<void> {
    if (auto r = fill(made, info); !r) return r;
    return ferry::Rename(made, files_.Session(sid).Root());
  };
  if (auto r = put(); !r) {
    (void)RemoveTree(made);
    return r.error();
  }
  return sid;
}

Result<SessionWriter> Store::Write(const std::string& sid, int lock_fd) const {
  const SessionFiles files = files_.Session(sid);
  if (!IsSid(sid) || !Exists(files.Root())) return NoSession(sid);
  auto lock = lock_fd >= 0 ? FileLock::Adopt(lock_fd, files.Lock()) : FileLock::Take(files.Lock());
  if (!lock) {
    Error error = lock.error().Within("session " + sid);
    if (error.code == Code::kRefused) error.remedy = "close that kernel first, or work on in a new session";
    return error;
  }
  const std::uint64_t all = Used(), own = BlobsAndImages(files);
  return SessionWriter::Open(files, *std::move(lock), quota_, all - std::min(all, own));
}

Result<SessionReader> Store::Read(const std::string& sid) const {
  if (!IsSid(sid) || !Exists(files_.Session(sid).Root())) return NoSession(sid);
  return SessionReader(files_.Session(sid));
}

Result<void> Store::Remove(const std::string& sid) {
  const SessionFiles files = files_.Session(sid);
  if (!IsSid(sid) || !Exists(files.Root())) return NoSession(sid);
  auto lock = FileLock::Take(files.Lock());
  if (!lock) {
    Error error = lock.error().Within("session " + sid);
    if (error.code == Code::kRefused) error.remedy = "shut that kernel down first";
    return error;
  }
  if (auto r = ferry::Rename(files.Root(), files_.Gone(sid)); !r) return r;
  auto unbound = ChangeIndex(files_, [&](Index& index) -> Result<void> {
    std::erase_if(index, [&](const auto& entry) { return entry.second == sid; });
    return {};
  });
  if (auto r = RemoveTree(files_.Gone(sid)); !r) return r;
  return unbound;
}

Result<std::uint64_t> Store::Collect() {
  auto names = List(files_.Sessions());
  if (!names) return names.error();
  std::uint64_t freed = 0;  // counted as it goes: opening a session to write rewrites its lock file
  for (const auto& name : *names) {
    const std::string path = files_.Sessions() + "/" + name;
    // A session is made in milliseconds; one of yesterday was given up.
    std::error_code error;
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(path, error);
    const bool given_up = name.ends_with(".new") && !error && age > std::chrono::hours(24);
    if (given_up || name.ends_with(".gone")) {
      const std::uint64_t size = TreeSize(path);
      if (auto r = RemoveTree(path); !r) return r.error();
      freed += size;
    }
    if (!IsSid(name)) continue;
    auto writer = Write(name);
    if (!writer && writer.error().code == Code::kRefused) continue;  // its own writer collects
    if (!writer) return writer.error();
    Stop never;
    auto collected = writer->Collect(never);
    if (!collected) return collected.error().Within("session " + name);
    freed += *collected;
  }
  return freed;
}

}  // namespace ferry::store
