#include "serializer/store/archive.h"

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "util/clock.h"

namespace ferry::store {
namespace {

constexpr std::uint64_t kLargestHead = 64 << 20;

Error Damaged(const std::string& what) {
  return {Code::kCorrupt, what, "have it exported again; nothing was imported"};
}

// The files that an exported session may hold. A name is never used as it stands in the head without this.
bool MayHold(const std::string& name) {
  if (name == "session.json" || name == "log") return true;
  if (auto number = GenerationOf(name)) return name == SessionFiles("").Generation(*number).substr(1);
  if (!name.starts_with("blobs/") || name.size() != 6 + 3 + 32) return false;
  const auto digest = Digest::FromHex(std::string_view(name).substr(9));
  return digest && name == SessionFiles("").Blob(*digest).substr(1);
}

std::string UserName() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

// Adds the files of one generation, whose blobs are compared with their names on the way.
Result<void> AddGeneration(const SessionReader& reader, const format::Manifest& manifest, std::set<std::string>* names) {
  std::set<Digest> blobs;
  for (const auto& component : manifest.components) {
    if (component.blob) blobs.insert(*component.blob);
  }
  for (const auto& item : manifest.process) {
    if (item.blob) blobs.insert(*item.blob);
  }
  for (const Digest& digest : blobs) {
    if (auto blob = reader.OpenBlob(digest); !blob) return blob.error();
    names->insert(SessionFiles("").Blob(digest).substr(1));
  }
  names->insert(SessionFiles("").Generation(manifest.generation).substr(1));
  return {};
}

// What of session.json may travel: nothing that binds it to a notebook, a process or a machine.
Result<std::string> InfoToTravel(const SessionReader& reader) {
  auto info = reader.Info();
  if (!info) return info.error();
  for (const char* field : {"pid", "holder", "resuming", "damage", "proofs"}) info->erase(field);
  return info->dump(2, ' ', false, Json::error_handler_t::replace);
}

// Every generation with every blob it needs, and the log, can be read.
Result<void> Whole(const SessionReader& reader) {
  std::vector<Damage> damage;
  auto generations = reader.Generations(&damage);
  if (!generations) return generations.error();
  if (!damage.empty()) return damage.front().error;
  std::set<std::string> names;
  for (const auto& manifest : *generations) {
    if (auto r = AddGeneration(reader, manifest, &names); !r) return r;
  }
  auto log = reader.Log();
  if (!log) return log.error();
  if (log->end != LogContents::End::kClean) return Damaged("the log is damaged");
  return {};
}

}  // namespace

Result<Exported> ExportSession(const Store& store, const std::string& sid, const std::string& path, bool all) {
  auto reader = store.Read(sid);
  if (!reader) return reader.error();
  auto key = UserKey::Of(store.files());
  if (!key) return key.error();
  auto generations = reader->Generations();
  if (!generations) return generations.error();
  std::erase_if(*generations, [](const format::Manifest& m) { return !m.complete; });
  if (generations->empty()) {
    return Error{Code::kNotFound, "session " + sid + " has no complete generation", "save it first: %checkpoint in its notebook"};
  }
  if (!all) generations->resize(1);
  auto info = InfoToTravel(*reader);
  if (!info) return info.error();
  std::set<std::string> names;
  Exported exported;
  for (const auto& manifest : *generations) {
    if (auto r = AddGeneration(*reader, manifest, &names); !r) return r.error();
    exported.generations.push_back(manifest.generation);
  }
  // The log goes on growing: what it is now, to the end of its last whole record, is what travels.
  std::string log;
  if (Exists(reader->files().Log())) {
    auto read = ReadFile(reader->files().Log(), std::uint64_t{1} << 40);
    if (!read) return read.error();
    std::string_view rest = log = *std::move(read);
    while (auto frame = format::ReadFrame(rest)) rest.remove_prefix(format::kHeaderBytes + frame->payload.size() + format::kTrailerBytes);
    log.resize(log.size() - rest.size());
  }

  utsname system{};
  (void)::uname(&system);  // the name is for a person to read
  format::ArchiveIndex index{.session = sid, .time_us = NowMicros(), .user = UserName(), .host = system.nodename, .key = key->Name(),
                             .ferry = FERRY_VERSION, .python = generations->front().python, .platform = generations->front().platform,
                             .files = {}};
  index.files.push_back({"session.json", info->size(), Sha256::Of(*info)});
  if (!log.empty()) index.files.push_back({"log", log.size(), Sha256::Of(log)});
  for (const auto& name : names) {
    auto file = Mapped::Open(reader->files().Root() + "/" + name);
    if (!file) return file.error();
    index.files.push_back({name, file->bytes().size(), Sha256::Of(file->bytes())});
  }
  auto head = format::Encode(index);
  if (!head) return head.error();

  const std::string seal = key->Seal(*head), temporary = path + ".tmp";
  auto write = [&]() -> Result<void> {
    auto out = File::Create(temporary);
    if (!out) return out.error();
    for (std::string_view bytes : {std::string_view(*head), std::string_view(seal), std::string_view(*info), std::string_view(log)}) {
      if (auto r = out->Write(bytes); !r) return r;
    }
    for (const auto& name : names) {
      auto file = Mapped::Open(reader->files().Root() + "/" + name);
      if (!file) return file.error();
      if (auto r = out->Write(file->bytes()); !r) return r;
    }
    if (auto r = out->Sync(); !r) return r;
    return ferry::Rename(temporary, path);
  };
  if (auto r = write(); !r) {
    (void)ferry::Remove(temporary);
    return r.error();
  }
  exported.bytes = SizeOf(path);
  return exported;
}

Result<format::ArchiveIndex> ReadArchiveHead(std::string_view bytes, std::size_t* content) {
  if (bytes.size() < format::kHeaderBytes) return Damaged("it is no exported session");
  auto head = format::ReadHead(bytes);
  if (!head) return head.error().code == Code::kTooNew ? head.error() : Damaged("it is no exported session");
  if (head->type != format::FrameType::kArchive || head->length > kLargestHead) return Damaged("it is no exported session");
  if (bytes.size() < head->FrameBytes() + kSealBytes) return Damaged("it ends in the middle");
  auto index = format::DecodeArchive(bytes.substr(0, head->FrameBytes()));
  if (!index) return index.error();
  std::set<std::string> seen;
  std::uint64_t left = bytes.size() - head->FrameBytes() - kSealBytes;
  for (const auto& file : index->files) {
    if (!MayHold(file.name)) return Damaged("it holds a file that no session has");
    if (!seen.insert(file.name).second) return Damaged("it holds " + file.name + " twice");
    if (file.sha256.size() != 32) return Damaged("it has no digest of " + file.name);
    if (file.bytes > left) return Damaged("it ends in the middle of " + file.name);
    left -= file.bytes;
  }
  if (left != 0) return Damaged("bytes follow its end");
  if (!seen.contains("session.json")) return Damaged("it does not say what session it is");
  *content = head->FrameBytes() + kSealBytes;
  return index;
}

Result<Archive> Archive::Open(const std::string& path) {
  auto file = Mapped::Open(path);
  if (!file) return file.error();
  Archive archive(*std::move(file));
  std::size_t at = 0;
  auto index = ReadArchiveHead(archive.file_.bytes(), &at);
  if (!index) return index.error().Within(path);
  archive.index_ = *std::move(index);
  archive.head_ = archive.file_.bytes().substr(0, at - kSealBytes);
  archive.seal_ = archive.file_.bytes().substr(at - kSealBytes, kSealBytes);
  for (const auto& entry : archive.index_.files) {
    archive.offsets_.push_back(at);
    at += entry.bytes;
    archive.bytes_ += entry.bytes;
  }
  return archive;
}

std::vector<format::Manifest> Archive::Generations() const {
  std::vector<format::Manifest> found;
  for (std::size_t i = 0; i < index_.files.size(); ++i) {
    if (!GenerationOf(index_.files[i].name)) continue;
    if (auto manifest = format::DecodeManifest(Content(i))) found.push_back(*std::move(manifest));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.generation > b.generation; });
  return found;
}

Result<std::string> Archive::Import(Store& store, bool own) const {
  if (store.quota() > 0 && store.Used() + bytes_ > store.quota()) {
    return Error{Code::kFull, "the session needs " + std::to_string(bytes_) + " bytes, more than the quota has left",
                 "remove sessions (jupyter ferry rm), or raise FERRY_QUOTA"};
  }
  for (std::size_t i = 0; i < index_.files.size(); ++i) {
    if (Sha256::Of(Content(i)) != index_.files[i].sha256) return Damaged(index_.files[i].name + ": its digest differs");
  }
  // session.json is the first thing of a new session; everything else comes before anybody sees it.
  Json info;
  for (std::size_t i = 0; i < index_.files.size(); ++i) {
    if (index_.files[i].name == "session.json") info = Json::parse(Content(i), nullptr, /*allow_exceptions=*/false);
  }
  if (!info.is_object()) return Damaged("session.json is no object");
  for (const char* field : {"pid", "holder", "resuming", "damage", "notebook"}) info.erase(field);
  info["imported"] = {{"session", index_.session}, {"user", index_.user}, {"host", index_.host}, {"time", NowMicros() / 1e6},
                      {"own", own}, {"name", Text(info, "name")}};
  info.erase("name");
  info["ended"] = "suspend";
  return store.Create(std::move(info), [&](const std::string& folder) -> Result<void> {
    for (std::size_t i = 0; i < index_.files.size(); ++i) {
      const std::string& name = index_.files[i].name;
      if (name == "session.json") continue;
      const std::string path = folder + "/" + name;
      if (name.starts_with("blobs/")) {
        if (auto r = MakeDirectory(path.substr(0, path.rfind('/'))); !r) return r;
      }
      auto file = File::Create(path);
      if (!file) return file.error();
      if (auto r = file->Write(Content(i)); !r) return r;
      if (auto r = file->Sync(); !r) return r;
    }
    return Whole(SessionReader(SessionFiles(folder)));
  });
}

}  // namespace ferry::store
