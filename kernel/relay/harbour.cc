#include "kernel/relay/harbour.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "kernel/relay/batch.h"
#include "kernel/relay/engine.h"
#include "kernel/relay/lock_holder.h"
#include "kernel/relay/ssh.h"
#include "kernel/relay/wake_of_copy.h"
#include "kernel/relay/wire_names.h"
#include "serializer/image/bundle.h"
#include "serializer/image/libraries.h"
#include "serializer/image/probe.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kTemporary = ".tmp";  // of an image that is not whole
constexpr std::size_t kLogTail = 2000;  // bytes of the engine's log in a report

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
    fds[3].fd = door_ ? door_->fd() : hold_ ? hold_->fd() : -1;
    fds[4].fd = bulk_ ? bulk_->fd() : -1;
    if (::poll(fds, 5, hold_ ? kHoldEvery : abandoned_ ? forlorn : -1) < 0 && errno != EINTR) break;
    if (abandoned_ && !hold_ && !fds[0].revents && Clock::now() - *abandoned_ > milliseconds(forlorn)) break;
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
    if (fds[4].revents && bulk_) TellArrivals();
    Look();
  }
  Leave();
  return 0;
}

void Harbour::Leave() {
  door_.reset();
  if (hold_ && !begun_) LetGo(/*end=*/true);
  hold_.reset();
  bulk_.reset();
  if (std::exchange(incoming_, {}).is_open()) (void)Remove(Incoming());
  if (engine_ > 0 && !begun_) {
    ::kill(-engine_, SIGKILL);
    ::waitpid(engine_, nullptr, 0);
    engine_ = -1;
  }
  store::SessionFiles files = store::StoreFiles(choice_.home).Session(choice_.sid);
  auto info = created_ ? store::ReadObject(files.Info()) : Error{};
  if (info && info->contains("moved_to")) (void)RemoveTree(files.Root());  // it was never owned here
  if (engine_ < 0) dir_.Remove();
}

void Harbour::Look() {
  if (door_ && door_->Say(word_, dir_, number_, choice_)) door_.reset();
  if (hold_) {
    if (auto outcome = hold_->Outcome()) Say({{"event", "held"}, {"outcome", *outcome}});
    if (hold_->Say(dir_, number_, choice_)) {
      hold_.reset();
      Say({{"event", "goes-on"}});
    }
  }
  if (engine_ > 0 && !bound_told_ && dir_.Bound(number_)) {
    bound_told_ = true;
    Say({{"event", "bound"}, {"number", number_}});
  }
  if (engine_ <= 0) return;
  auto ending = Reap(engine_, /*asked_to_end=*/false);
  if (!ending) return;
  engine_ = -1;
  abandoned_ = Clock::now();
  dir_.RemoveEngine(number_);
  std::string log = Tail(dir_.Log(), kLogTail);
  if (door_ || !word_.is_null()) {  // it came, or was to come, in an image
    auto outcome = store::ReadObject(dir_.Image(number_));
    if (outcome) log = StringAt(*outcome, "what") + (StringAt(*outcome, "remedy").empty() ? "" : "; " + StringAt(*outcome, "remedy"));
  }
  door_.reset();
  word_ = nullptr;
  hold_.reset();
  Say({{"event", "ended"}, {"number", number_}, {"status", ending->status}, {"log", log}});
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
  if (op == "facts") return Facts(wish);
  if (op == "open") return Open(wish);
  if (op == "missing") return Missing(wish);
  if (op == "put") return Put(wish, parcel.body);
  if (op == "scatter") return PutTogether(wish, parcel.body);
  if (op == "newest") return Newest(wish);
  if (op == "set") return Set(wish);
  if (op == "sync") return Sync(wish);
  if (op == "release") {
    choice_.lock.reset();
    begun_ = false;
    return json::object();
  }
  if (op == "start") return StartEngine(wish);
  if (op == "fits") return Fits(wish);
  if (op == "hold") return HoldEngine(wish);
  if (op == "let-go") {
    LetGo(FlagAt(wish, "end", false));
    return json::object();
  }
  if (op == "kill") {
    if (engine_ > 0) ::kill(-engine_, wish.value("signal", SIGKILL));
    return json::object();
  }
  if (op == "bulk") return Bulk(wish);
  if (op == "begin") {
    bulk_.reset();
    begun_ = true;
    created_ = false;
    return json::object();
  }
  return Unknown("the request " + op + " is unknown");
}

std::string Harbour::Incoming() const { return store::StoreFiles(choice_.home).Session(choice_.sid).Root() + "/incoming.tmp"; }

store::SessionFiles Harbour::Files(const json& wish) const {
  return store::StoreFiles(store::ConfiguredHome()).Session(StringAt(wish, "session"));
}

// What this host is: kernel/session/facts.py, run by the Python that engines would run in.
Harbour::Fields Harbour::Facts(const json& wish) {
  std::string question = dir_.path() + "/facts.json", answer = dir_.path() + "/facts.out";
  (void)Remove(answer);
  if (auto written = Replace(question, Text(wish)); !written) return written.error();
  Command command;
  command.argv = {python_, "-P", "-c", "import sys; from kernelferry.session import facts; facts.main(*sys.argv[1:])", question, answer};
  command.environment = EnvironmentWith({"FERRY_HOME=" + store::ConfiguredHome()});
  command.log = dir_.Log();
  auto pid = Spawn(command);
  if (!pid) return pid.error();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {}
  auto facts = store::ReadObject(answer);
  if (!facts) {
    return Error{Code::kPython, python_ + " cannot say what is installed: " + Tail(dir_.Log(), kLogTail), "run `jupyter ferry doctor` on that host"};
  }
  return *facts;
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
  auto lock = FileLock::Take(files.Lock());
  if (lock) {
    choice_.lock = std::move(*lock);
    auto names = List(files.Root());  // a move that was broken off may have left the beginning of a file or an image
    for (const auto& name : names ? *names : std::vector<std::string>()) {
      if (name.starts_with("incoming")) (void)Remove(files.Root() + "/" + name);
      if (name.starts_with("image-") && name.ends_with(kTemporary)) (void)RemoveTree(files.Root() + "/" + name);
    }
    return answer;
  }
  const LockHolder holder = Examine(FileLock::Holder(files.Lock()));
  if (holder.kind == LockHolder::Kind::kOrphan) {
    if (std::exchange(asked_to_end_, holder.pid) != holder.pid) ::kill(holder.pid, SIGTERM);
    return Error{Code::kAborted, "an engine that lost its relay is saving the session", ""};
  }
  if (holder.kind == LockHolder::Kind::kEnding) return Error{Code::kAborted, "who holds the session is ending", ""};
  // Who takes a session that lives here owns it, and a relay has one harbour here at a time. One that holds the session still
  // has lost its wire, and may not hear of that for hours; without it, its engine is an orphan.
  const bool engine = holder.kind == LockHolder::Kind::kHarbourEngine;
  const pid_t harbour = engine ? holder.relay : holder.kind == LockHolder::Kind::kHarbour ? holder.pid : -1;
  const bool wired = engine || !VariableOf(harbour, "SSH_CONNECTION").empty();
  const std::string asker = VariableOf(::getpid(), kHarbourOf);
  const bool ours = !asker.empty() && VariableOf(harbour, kHarbourOf) == asker;
  if (harbour > 0 && (ours || (wired && FlagAt(wish, "take", false)))) {
    // So that it removes what it has made; it may wait for a wire that takes nothing, and then hears only the second word.
    if (!engine && std::exchange(asked_to_leave_, harbour) != harbour) ::kill(harbour, SIGTERM);
    else ::kill(harbour, SIGKILL);
    return Error{Code::kAborted, "the session is held for a wire that was cut", ""};
  }
  return lock.error().Within("session " + choice_.sid);
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

// A piece of a file of the session. Blobs are checked as they arrive, log and manifest when they are whole.
Harbour::Fields Harbour::Put(const json& wish, const std::string& body) {
  const std::string path = StringAt(wish, "path"), temporary = Incoming();
  if (same_ || !choice_.lock || StringAt(wish, "session") != choice_.sid) return Unknown("nothing may be put into this session");
  if (!incoming_.is_open()) incoming_.open(temporary, std::ios::binary | std::ios::trunc);
  incoming_.write(body.data(), static_cast<std::streamsize>(body.size()));
  bool last = FlagAt(wish, "last", true);
  if (last) incoming_.close();
  if (!incoming_) {  // told before the rest of the file comes
    const Error full = SystemError(ENOSPC, "write", temporary);
    incoming_.close();
    incoming_.clear();
    (void)Remove(temporary);
    if (!last) TellArrival(path, full);
    return full;
  }
  return last ? Received(path, temporary) : Fields(json::object());
}

// Small files that travel together. Each is written and compared as if it came alone.
Harbour::Fields Harbour::PutTogether(const json& wish, const std::string& body) {
  if (same_ || !choice_.lock || StringAt(wish, "session") != choice_.sid) return Unknown("nothing may be put into this session");
  const std::string temporary = Files(wish).Root() + "/incoming-batch.tmp";
  auto taken = Scatter(wish.value("files", json::array()), body, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    auto file = File::Create(temporary);
    if (!file) return file.error();
    if (auto written = file->Write(bytes); !written) return written;
    if (auto received = Received(name, temporary); !received) return received.error();
    return {};
  });
  if (taken) return json::object();
  (void)Remove(temporary);
  return taken.error();
}

void Harbour::TellArrival(const std::string& path, const Fields& taken) {
  json told = {{"event", "arrived"}, {"path", path}, {"ok", taken.ok()}};
  if (!taken) told.update({{"code", Name(taken.error().code)}, {"what", taken.error().what}, {"remedy", taken.error().remedy}});
  Say(told);
}

// Blobs will come beside the link, to the address by which ssh has come here.
Harbour::Fields Harbour::Bulk(const json& wish) {
  std::istringstream connection(std::getenv("SSH_CONNECTION") ? std::getenv("SSH_CONNECTION") : "");
  std::string client, port, address;
  connection >> client >> port >> address;
  const std::string key = FromHex(StringAt(wish, "key"));
  if (key.size() != kBulkKeyBytes) return Unknown("a key of another length");
  auto listening = BulkReceiver::Listen(address, key, Files(wish).Root() + "/incoming-");
  if (!listening) return listening.error();
  bulk_ = std::move(*listening);
  return json{{"address", address}, {"port", bulk_->port()}};
}

void Harbour::TellArrivals() {
  for (const BulkReceiver::Arrival& arrival : bulk_->Take()) {
    Fields taken = arrival.error                 ? Fields(*arrival.error)
                   : same_ || !choice_.lock      ? Fields(Unknown("nothing may be put into this session"))
                                                 : Received(arrival.path, arrival.temporary);
    if (!taken) (void)Remove(arrival.temporary);
    TellArrival(arrival.path, taken);
  }
}

Harbour::Fields Harbour::Received(const std::string& path, const std::string& temporary) {
  store::SessionFiles files = store::StoreFiles(choice_.home).Session(choice_.sid);
  std::string to, folder;  // the latter of an image
  if (auto digest = Digest::FromHex(path)) {
    if (auto blob = store::Blob::Open(temporary, *digest); !blob) return blob.error().Within("on its way");
    if (auto made = MakeDirectory(files.BlobFolder(*digest)); !made) return made.error();
    to = PathOf(files, path);
  } else if (store::GenerationOf(path)) {
    to = PathOf(files, path);
  } else if (path.starts_with("image-") && !PathOf(files, path).empty()) {  // compared with its bundle before it is used
    folder = files.Root() + "/" + path.substr(0, path.find('/'));
    to = folder + kTemporary + PathOf(files, path).substr(folder.size());
    if (auto made = MakeDirectory(folder + kTemporary + image::kImages); !made) return made.error();
  } else if (path == "log") {
    auto log = store::ReadLog(temporary);
    if (!log) return log.error();
    if (log->end != store::LogContents::End::kClean) return Error{Code::kCorrupt, "the log did not arrive whole", "try again"};
    to = files.Log();
  } else {
    return Unknown("the file " + path + " belongs to no session");
  }
  if (auto renamed = Rename(temporary, to); !renamed) return renamed.error();
  if (!folder.empty() && to == folder + kTemporary + image::kBundle) {  // the last of its files
    if (auto removed = RemoveTree(folder); !removed) return removed.error();
    if (auto renamed = Rename(folder + kTemporary, folder); !renamed) return renamed.error();
  }
  if (auto number = store::GenerationOf(path)) {
    if (auto read = store::SessionReader(files).Generation(*number); !read) return read.error();
  }
  return json::object();
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
  if (engine_ > 0) return Unknown("an engine runs already");
  if (StringAt(wish, "session") != choice_.sid) return Unknown("the session was not opened");
  store::SessionFiles files = Files(wish);
  if (!choice_.lock && StringAt(wish, "start") != "arrive") {
    auto lock = FileLock::Take(files.Lock());
    if (!lock) return lock.error();
    choice_.lock = std::move(*lock);
  }
  choice_.hash_seed = StringAt(wish, "hash_seed");
  choice_.anonymous = StringAt(wish, "anonymous");
  bound_told_ = false;
  Connection front;
  front.key = StringAt(wish, "key");
  front.kernel_name = StringAt(wish, "kernel_name");
  front.front_end = StringAt(wish, "front_end");
  ++number_;
  auto written = WriteConnection(dir_.ConnectionFile(number_), EngineConnection(front, dir_.Stem(number_)), StringAt(wish, "id_of_session"));
  if (!written) return written.error();
  if (const auto generation = wish.value("image", 0u)) return BringBack(wish, generation);
  Command command = EngineCommand(dir_, choice_, python_, number_, StringAt(wish, "start"));
  auto pid = Spawn(command);
  if (!pid) return pid.error();
  engine_ = *pid;
  return json{{"stem", dir_.Stem(number_)}, {"number", number_}, {"pid", engine_}, {"resuming", choice_.Resuming()}};
}

// The engine comes back in an image: its word waits for it, and it writes nothing before it owns the session.
Harbour::Fields Harbour::BringBack(const json& wish, std::uint32_t generation) {
  const std::string folder = Files(wish).Image(generation);
  auto bundle = image::Read(folder);
  if (!bundle) return bundle.error();
  auto door = Wake::Listen(WakeOfCopy(bundle->wake));
  if (!door) return door.error();
  Command command = ImageCommand(dir_, choice_, number_);
  command.argv.insert(command.argv.end(), {"restore", "--from", folder, "--log", dir_.path() + "/restore.log"});
  (void)Remove(dir_.Image(number_));
  auto pid = Spawn(command);
  if (!pid) return pid.error();
  engine_ = *pid;
  door_ = std::move(*door);
  const auto bytes = image::Bytes(*bundle);
  word_ = {{"restored", true}, {"generation", generation}, {"bytes", bytes}, {"start", "arrive"}, {"anonymous", choice_.anonymous},
           {"holder", engine_}, {"home", choice_.home}, {"criu", store::Setting("criu")}, {"image", {{"ok", true}, {"bytes", bytes}, {"seconds", 0}}}};
  return json{{"stem", dir_.Stem(number_)}, {"number", number_}, {"pid", engine_}, {"resuming", false}};
}

// Whether an image that says this of its host could come back here, and which mapped files it had to bring along.
Harbour::Fields Harbour::Fits(const json& wish) {
  const json said = wish.value("image", json::object());
  format::Bundle bundle;
  bundle.kernel = StringAt(said, "kernel");
  bundle.architecture = StringAt(said, "architecture");
  bundle.criu = StringAt(said, "criu");
  bundle.cpu = said.value("cpu", std::vector<std::string>());
  bundle.uid = said.value("uid", 0u);
  bundle.uid_map = StringAt(said, "uid_map");
  for (const json& file : said.value("mapped", json::array())) {
    bundle.mapped.push_back({file[0].get<std::string>(), file[1].get<std::uint64_t>(), file[2].get<std::string>(), ""});
  }
  const image::Probe here = image::Look(store::Setting("criu"));
  if (here.criu.empty() || !here.restore) return here.WhyNot();
  json carry = json::array();
  for (std::size_t i : image::Lacking(bundle)) {
    bundle.mapped[i].carried = "carried";
    carry.push_back(bundle.mapped[i].path);
  }
  if (auto fits = image::Fits(bundle, here.version); !fits) return fits.error();
  return json{{"carry", carry}};
}

Harbour::Fields Harbour::HoldEngine(const json& wish) {
  if (engine_ <= 0 || hold_ || StringAt(wish, "session") != choice_.sid) return Unknown("no engine of this session runs here");
  auto hold = Hold::Begin(dir_, choice_, number_, engine_, wish.value("carry", json::array()));
  if (!hold) return hold.error();
  hold_ = std::move(*hold);
  return json{{"words", hold_->words()}};
}

void Harbour::LetGo(bool end) {
  if (!hold_) return;
  RemoveMarks(store::StoreFiles(choice_.home).Session(choice_.sid));
  hold_->LetGo(end);
  if (end) hold_->Await();
}

}  // namespace ferry::relay
