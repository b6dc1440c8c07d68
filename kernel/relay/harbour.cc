#include "kernel/relay/harbour.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "kernel/relay/host_facts.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string HostName() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

Error Harbour::Unknown(const std::string& what) { return {Code::kInvalid, what, "both hosts need the same version of Kernelferry"}; }

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
