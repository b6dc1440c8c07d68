#include "kernel/relay/fetch.h"

#include <poll.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "kernel/relay/link.h"
#include "kernel/relay/runtime_dir.h"
#include "kernel/relay/ssh.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kGreet{30}, kAnswer{120}, kSaving{60};

Error Said(const json& answer, const std::string& where) {
  return {Code::kIo, where + ": " + StringAt(answer, "what"), StringAt(answer, "remedy")};
}

// One end, used one question at a time.
class End {
 public:
  End(std::string name, std::string sid) : name_(std::move(name)), sid_(std::move(sid)) {}

  Result<void> Open(Command command) {
    auto link = Link::Open(std::move(command));
    if (!link) return link.error();
    link_ = std::move(*link);
    bool hello = false;
    link_->on_event([&hello](Parcel) { hello = true; });
    if (!Turn([&] { return hello; }, kGreet)) return Error{Code::kIo, link_->said(), ""};
    link_->on_event([](Parcel) {});
    return {};
  }

  // The answers to one question; the last is the one without "more".
  Result<json> Ask(json head, std::string_view body = {}, const std::function<Result<void>(const Parcel&)>& each = {}) {
    head["session"] = sid_;
    std::optional<json> last;
    Result<void> taken;
    link_->Ask(std::move(head), [&](Parcel p) {
      if (taken && each && FlagAt(p.head, "ok", false)) taken = each(p);
      if (!FlagAt(p.head, "more", false)) last = p.head;
    }, body);
    if (!Turn([&] { return last.has_value(); }, kAnswer)) return Error{Code::kIo, "the wire to " + name_ + " was cut", ""};
    if (!taken) return taken.error();
    return *last;
  }

  Result<json> Must(json head) {
    auto answer = Ask(std::move(head));
    if (answer && !FlagAt(*answer, "ok", false)) return Said(*answer, name_);
    return answer;
  }

  const std::string& name() const { return name_; }
  std::string said() const { return link_ ? link_->said() : ""; }
  bool greeted() const { return link_ && link_->greeted(); }

 private:
  bool Turn(const std::function<bool()>& done, seconds most) {
    auto heard = Clock::now();
    while (!done()) {
      if (!link_->open() || Clock::now() - heard > most) return false;
      pollfd fds[] = {{link_->in(), POLLIN, 0}, {link_->out(), static_cast<short>(link_->wants_to_write() ? POLLOUT : 0), 0}};
      if (::poll(fds, 2, 1000) <= 0) continue;
      heard = Clock::now();
      link_->OnWritable();
      if (fds[0].revents) link_->OnReadable();
    }
    return true;
  }

  std::string name_, sid_;
  std::unique_ptr<Link> link_;
};

// Takes the session at this end. An engine that lost its relay is asked to save and end; that takes what it takes.
Result<json> Hold(End& end, const std::string& token) {
  for (auto began = Clock::now();;) {
    auto held = end.Ask({{"op", "open"}, {"take", true}, {"token", token}});
    if (!held || FlagAt(*held, "ok", false)) return held;
    std::string code = StringAt(*held, "code");
    if (code == Name(Code::kNotFound)) return Error{Code::kNotFound, StringAt(*held, "what"), ""};
    if (code != Name(Code::kAborted) || Clock::now() - began > kSaving) return Said(*held, end.name());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Result<void> Copy(End& from, End& to, const std::string& path) {
  auto got = from.Ask({{"op", "get"}, {"path", path}}, {}, [&](const Parcel& piece) -> Result<void> {
    bool last = !FlagAt(piece.head, "more", false);
    auto put = last ? to.Ask({{"op", "put"}, {"path", path}, {"last", true}}, piece.body) : to.Ask({{"op", "put"}, {"path", path}, {"last", false}}, piece.body);
    if (!put) return put.error();
    if (!FlagAt(*put, "ok", false)) return Said(*put, "this machine");
    return {};
  });
  if (!got) return got.error();
  if (!FlagAt(*got, "ok", false)) return Said(*got, from.name());
  return {};
}

}  // namespace

Result<void> Fetch(const std::string& sid, const std::string& text, const std::string& python) {
  auto host = ParseHost(text);
  if (!host) return host.error();
  auto dir = RuntimeDir::Make();
  if (!dir) return dir.error();
  struct Cleared {
    RuntimeDir& dir;
    ~Cleared() { dir.Remove(); }
  } cleared{*dir};

  auto words = SshHarbour(*host, dir->path() + "/c", python.substr(0, python.rfind('/')) + "/jupyter-ferry");
  if (!words) return words.error();
  std::error_code ignored;
  Command there, here;
  there.argv = *words;
  here.argv = {std::filesystem::read_symlink("/proc/self/exe", ignored), "--harbour", "--python", python};
  there.environment = here.environment = EnvironmentWith({});
  there.log = dir->path() + "/there.log";
  here.log = dir->path() + "/here.log";
  End far(text, sid), near("this machine", sid);
  if (auto opened = near.Open(here); !opened) return opened;
  std::string token = RandomHex(8), mark = store::StoreFiles(store::ConfiguredHome()).Session(sid).Root() + "/moving-" + token;
  auto ours = Hold(near, token);
  if (!ours) return ours.error();
  if (!FlagAt(*ours, "away", false)) return {};  // somebody was quicker
  if (auto opened = far.Open(there); !opened) return ExplainSsh(*host, opened.error().what);
  if (auto made = File::Create(mark); !made) return made.error();
  auto theirs = Hold(far, token);
  (void)Remove(mark);
  int epoch = ours->value("epoch", 0);
  bool nothing = !theirs && theirs.error().code == Code::kNotFound;
  if (!theirs && !nothing) return theirs.error();
  // The other host never took the session over: the hand-over was cut short after this side had given it up in writing.
  if (nothing || FlagAt(*theirs, "same", false) || theirs->value("epoch", 0) < epoch || FlagAt(*theirs, "away", false)) {
    auto taken = near.Must({{"op", "set"}, {"fields", {{"epoch", epoch + 1}, {"moved_to", nullptr}}}});
    return taken ? Result<void>() : taken.error();
  }
  auto newest = far.Must({{"op", "newest"}});
  if (!newest) return newest.error();
  auto missing = near.Must({{"op", "missing"}, {"blobs", (*newest)["blobs"]}});
  if (!missing) return missing.error();
  std::vector<std::string> paths((*missing)["missing"].begin(), (*missing)["missing"].end());
  paths.push_back("log");
  if (int number = newest->value("generation", 0); number > 0) {
    char name[24];
    std::snprintf(name, sizeof name, "gen-%08d", number);
    paths.push_back(name);
  }
  for (const std::string& path : paths) {
    if (auto copied = Copy(far, near, path); !copied) return copied;
  }
  json fields = (*newest)["info"];
  epoch = std::max(epoch, fields.value("epoch", 0)) + 1;
  for (const char* own : {"session", "notebook", "created_us", "pid"}) fields.erase(own);
  fields["epoch"] = epoch;
  fields["moved_to"] = nullptr;
  if (auto synced = near.Must({{"op", "sync"}}); !synced) return synced.error();
  json given = {{"epoch", epoch}, {"moved_to", {{"host", ""}, {"time", double(std::chrono::system_clock::now().time_since_epoch().count()) / 1e9}}}};
  if (auto left = far.Must({{"op", "set"}, {"fields", given}}); !left) return left.error();
  if (auto taken = near.Must({{"op", "set"}, {"fields", fields}}); !taken) return taken.error();
  return {};
}

}  // namespace ferry::relay
