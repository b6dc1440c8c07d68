// What a harbour does with the files of the session: it opens it, says what is missing, takes and gives.
#include "kernel/relay/batch.h"
#include "kernel/relay/harbour.h"
#include "kernel/relay/wire_names.h"
#include "serializer/image/bundle.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {

store::SessionFiles Harbour::Files(const json& wish) const {
  return store::StoreFiles(store::ConfiguredHome()).Session(StringAt(wish, "session"));
}

Harbour::Fields Harbour::Open(const json& wish) {
  store::SessionFiles files = Files(wish);
  choice_ = Choice();
  choice_.home = store::ConfiguredHome();
  choice_.sid = StringAt(wish, "session");
  same_ = Exists(files.Root() + "/moving-" + StringAt(wish, "token"));
  if (!Exists(files.Root())) {
    json info = wish.value("info", json());
    if (!info.is_object()) return Error{Code::kNotFound, "no session " + choice_.sid + " in " + choice_.home, ""};
    for (const std::string& folder : {files.Root(), files.Blobs()}) {
      if (auto made = MakeDirectory(folder); !made) return made.error();
    }
    created_ = true;
    if (auto written = store::WriteObject(files.Info(), info); !written) return written.error();
  }
  auto info = store::ReadObject(files.Info());
  if (!info) return info.error();
  auto epoch = info->find("epoch");
  json answer = {{"same", same_}, {"epoch", epoch == info->end() ? json(0) : *epoch}, {"home", choice_.home}, {"away", info->contains("moved_to")}};
  if (same_) return answer;  // who asks holds its lock
  auto lock = claim_.Take(files, FlagAt(wish, "take", false));
  if (!lock) return lock.error().code == Code::kAborted ? lock.error() : lock.error().Within("session " + choice_.sid);
  choice_.lock = std::move(*lock);
  RemoveIncoming(files);
  return answer;
}

Harbour::Fields Harbour::Missing(const json& wish) {
  store::SessionFiles files = Files(wish);
  json missing = json::array();
  for (const json& name : wish.value("blobs", json::array())) {
    auto digest = name.is_string() ? Digest::FromHex(name.get<std::string>()) : std::nullopt;
    if (!digest) return Unknown("a blob without a digest");
    if (!same_ && !store::Blob::Open(files.Blob(*digest), *digest)) missing.push_back(name);
  }
  return json{{"missing", missing}};
}

Harbour::Fields Harbour::Put(const std::string& op, const Parcel& parcel) {
  const json& wish = parcel.head;
  if (same_ || !choice_.lock || StringAt(wish, "session") != choice_.sid) return Unknown("nothing may be put into this session");
  auto taken = op == "put" ? inbox_->Put(Files(wish), StringAt(wish, "path"), FlagAt(wish, "last", true), parcel.body)
                           : inbox_->PutTogether(Files(wish), wish.value("files", json::array()), parcel.body);
  if (!taken) return taken.error();
  return json::object();
}

void Harbour::TellArrival(const std::string& path, const Result<void>& taken) {
  json told = {{"event", "arrived"}, {"path", path}, {"ok", taken.ok()}};
  if (!taken) told.update({{"code", Name(taken.error().code)}, {"what", taken.error().what}, {"remedy", taken.error().remedy}});
  Say(told);
}

Result<void> Harbour::Get(const json& wish) {
  store::SessionFiles files = Files(wish);
  std::string name = StringAt(wish, "path"), path = PathOf(files, name);
  if (path.empty()) return Unknown("the file " + name + " belongs to no session");
  auto file = Mapped::Open(path);
  if (!file) return file.error();
  std::string_view rest = file->bytes();
  do {
    std::string_view piece = rest.substr(0, kPiece);
    rest.remove_prefix(piece.size());
    Say({{"id", wish.value("id", json())}, {"ok", true}, {"more", !rest.empty()}}, piece);
  } while (!rest.empty() && !gone_);
  return {};
}

Result<void> Harbour::GetTogether(const json& wish) {
  auto batch = Gather(Files(wish), wish.value("paths", std::vector<std::string>()));
  if (!batch) return batch.error();
  Say({{"id", wish.value("id", json())}, {"ok", true}, {"files", batch->files}, {"left", batch->left}}, batch->body);
  return {};
}

// The newest generation of a session that nobody serves.
Harbour::Fields Harbour::Newest(const json& wish) {
  store::SessionReader reader(Files(wish));
  auto info = reader.Info();
  if (!info) return info.error();
  auto generations = reader.Generations();
  if (!generations) return generations.error();
  json answer = {{"info", *info}, {"generation", 0}, {"blobs", json::array()}};
  if (generations->empty()) return answer;
  const auto& newest = generations->front();
  answer["generation"] = newest.generation;
  for (const auto& c : newest.components) if (c.blob) answer["blobs"].push_back(c.blob->Hex());
  for (const auto& p : newest.process) if (p.blob) answer["blobs"].push_back(p.blob->Hex());
  if (auto image = image::Read(Files(wish).Image(newest.generation))) {
    answer["image"] = json::array();
    for (const auto& file : image->files) answer["image"].push_back(ImageName(newest.generation) + "/" + file.name);
    answer["image"].push_back(ImageName(newest.generation) + "/bundle");
  }
  return answer;
}

// Fields of session.json, while this harbour holds the session. A null removes one.
Harbour::Fields Harbour::Set(const json& wish) {
  if (!choice_.lock && FlagAt(wish, "take", false)) {
    auto lock = FileLock::Take(Files(wish).Lock());
    if (!lock) return lock.error();
    choice_.lock = std::move(*lock);
  }
  if (!choice_.lock || StringAt(wish, "session") != choice_.sid) return Unknown("this session is not held here");
  auto info = store::ReadObject(Files(wish).Info());
  if (!info) return info.error();
  json fields = wish.value("fields", json::object());
  for (const auto& [key, value] : fields.items()) {
    if (value.is_null()) info->erase(key);
    else (*info)[key] = value;
  }
  if (auto written = store::WriteObject(Files(wish).Info(), *info); !written) return written.error();
  return json::object();
}

// What arrived is on disk before anything relies on it.
Harbour::Fields Harbour::Sync(const json& wish) {
  if (same_) return json::object();
  auto disk = File::Read(Files(wish).Blobs());
  if (!disk) return disk.error();
  if (auto synced = disk->SyncFileSystem(); !synced) return synced.error();
  return json::object();
}

}  // namespace ferry::relay
