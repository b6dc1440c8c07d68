#include "kernel/relay/harbour.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "kernel/relay/batch.h"
#include "kernel/relay/host_facts.h"
#include "kernel/relay/wire_names.h"
#include "serializer/image/bundle.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Error Unknown(const std::string& what) { return {Code::kInvalid, what, "both hosts need the same version of Kernelferry"}; }

std::string HostName() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

void Harbour::Say(const json& head, std::string_view body) {
  std::string bytes = Packed(head, body);
  for (std::size_t sent = 0; sent < bytes.size() && !gone_;) {
    ssize_t wrote = ::write(STDOUT_FILENO, bytes.data() + sent, bytes.size() - sent);
    if (wrote < 0 && errno == EINTR) continue;
    gone_ = wrote <= 0;
    sent += gone_ ? 0 : wrote;
  }
}

int Harbour::Run() {
  const char* lease = std::getenv("FERRY_LEASE");
  const int forlorn = lease && *lease ? static_cast<int>(std::atof(lease) * 1000) : 30000;
  (void)!::write(STDOUT_FILENO, kGreeting, std::strlen(kGreeting));
  Say({{"event", "hello"}, {"v", kLinkVersion}, {"version", FERRY_VERSION}, {"host", HostName()}, {"python", python_},
       {"home", store::ConfiguredHome()}});
  std::string bytes(256 << 10, '\0');
  constexpr int kHoldEvery = 20;  // milliseconds
  pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}, {files_, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
  while (!gone_) {
    fds[3].fd = berth_.fd();
    fds[4].fd = inbox_->fd();
    if (::poll(fds, 5, berth_.held() ? kHoldEvery : abandoned_ ? forlorn : -1) < 0 && errno != EINTR) break;
    if (abandoned_ && !berth_.held() && !fds[0].revents && Clock::now() - *abandoned_ > milliseconds(forlorn)) break;
    if (fds[0].revents) {
      ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      abandoned_.reset();
      reader_.Add(std::string_view(bytes).substr(0, got));
      while (true) {
        auto parcel = reader_.Next();
        if (!parcel) {
          gone_ = true;
          break;
        }
        if (!*parcel) break;
        Serve(std::move(**parcel));
      }
    }
    if (fds[1].revents) {
      signalfd_siginfo info;
      while (::read(signals_, &info, sizeof info) == sizeof info) gone_ |= info.ssi_signo != SIGCHLD;
    }
    if (fds[2].revents) {
      char events[4096];
      while (::read(files_, events, sizeof events) > 0) {}
    }
    if (fds[4].revents) {
      const store::SessionFiles files = store::StoreFiles(choice_.home).Session(choice_.sid);
      inbox_->Take(same_ || !choice_.lock ? nullptr : &files);
    }
    if (!berth_.Look(choice_)) abandoned_ = Clock::now();
  }
  Leave();
  return 0;
}

void Harbour::Leave() {
  inbox_.reset();
  const bool stays = berth_.Leave(choice_, begun_);
  store::SessionFiles files = store::StoreFiles(choice_.home).Session(choice_.sid);
  auto info = created_ ? store::ReadObject(files.Info()) : Error{};
  if (info && info->contains("moved_to")) (void)RemoveTree(files.Root());  // it was never owned here
  if (!stays) dir_.Remove();
}

void Harbour::Serve(Parcel parcel) {
  std::string op = StringAt(parcel.head, "op");
  json id = parcel.head.value("id", json());
  if (op == "get" || op == "gather") {
    auto got = op == "get" ? Get(parcel.head) : GetTogether(parcel.head);
    if (!got) Say({{"id", id}, {"ok", false}, {"code", Name(got.error().code)}, {"what", got.error().what}, {"remedy", got.error().remedy}});
    return;
  }
  Fields done = Do(op, parcel);
  if (id.is_null()) return;  // nobody waits
  if (done) {
    json answer = *done;
    answer["id"] = id;
    answer["ok"] = true;
    Say(answer);
  } else {
    Say({{"id", id}, {"ok", false}, {"code", Name(done.error().code)}, {"what", done.error().what}, {"remedy", done.error().remedy}});
  }
}

Harbour::Fields Harbour::Do(const std::string& op, const Parcel& parcel) {
  const json& wish = parcel.head;
  if (op != "echo" && op != "facts" && op != "kill" && op != "begin" && !store::IsSid(StringAt(wish, "session"))) {
    return Unknown("the request " + op + " names no session");
  }
  if (op == "echo") return json{{"bytes", parcel.body.size()}};
  if (op == "facts") return HostFacts(dir_, python_, wish);
  if (op == "open") return Open(wish);
  if (op == "missing") return Missing(wish);
  if (op == "put" || op == "scatter") return Put(op, parcel);
  if (op == "newest") return Newest(wish);
  if (op == "set") return Set(wish);
  if (op == "sync") return Sync(wish);
  if (op == "release") {
    choice_.lock.reset();
    begun_ = false;
    return json::object();
  }
  if (op == "start") return StartEngine(wish);
  if (op == "fits") return ImageFits(wish.value("image", json::object()));
  if (op == "hold") return HoldEngine(wish);
  if (op == "let-go") {
    if (FlagAt(wish, "refused", false)) berth_.ForgetHold(choice_);
    else berth_.LetGo(choice_, FlagAt(wish, "end", false));
    return json::object();
  }
  if (op == "kill") {
    berth_.Kill(wish.value("signal", SIGKILL));
    return json::object();
  }
  if (op == "bulk") return inbox_->Listen(Files(wish), FromHex(StringAt(wish, "key")));
  if (op == "begin") {
    inbox_->Close();
    begun_ = true;
    created_ = false;
    return json::object();
  }
  return Unknown("the request " + op + " is unknown");
}

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

Harbour::Fields Harbour::StartEngine(const json& wish) {
  if (berth_.runs()) return Unknown("an engine runs already");
  if (StringAt(wish, "session") != choice_.sid) return Unknown("the session was not opened");
  store::SessionFiles files = Files(wish);
  if (!choice_.lock && StringAt(wish, "start") != "arrive") {
    auto lock = FileLock::Take(files.Lock());
    if (!lock) return lock.error();
    choice_.lock = std::move(*lock);
  }
  choice_.hash_seed = StringAt(wish, "hash_seed");
  choice_.anonymous = StringAt(wish, "anonymous");
  return berth_.Start(choice_, wish);
}

Harbour::Fields Harbour::HoldEngine(const json& wish) {
  if (!berth_.runs() || berth_.held() || StringAt(wish, "session") != choice_.sid) return Unknown("no engine of this session runs here");
  return berth_.Hold(choice_, wish.value("carry", json::array()), FlagAt(wish, "end", false));
}

}  // namespace ferry::relay
