#include "kernel/relay/session_choice.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "kernel/relay/image_choice.h"
#include "kernel/relay/renamed.h"
#include "kernel/relay/wire.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"

namespace ferry::relay {
namespace {

constexpr std::chrono::seconds kAskAgain{5};  // the engine ends by it what hangs while it saves (engine/loop.py)

constexpr char kStarved[] = "was ended by the system when it ran again, because memory ran out";
constexpr char kPerhapsStarved[] = "was running again when the engine ended, perhaps because memory ran out: the system ended a process for want of it";

std::string NewSeed() { return std::to_string(std::stoul(RandomHex(4), nullptr, 16)); }

store::Json NewInfo(const std::string& notebook, const std::string& name) {
  return {{"notebook", notebook}, {"name", name}, {"hash_seed", std::stoul(NewSeed())}};
}

Choice WithoutStore(const std::string& home, const Error& error) {
  Choice choice;
  choice.home = home;
  choice.hash_seed = NewSeed();
  choice.anonymous = error.what + (error.remedy.empty() ? "" : "; " + error.remedy);
  return choice;
}

}  // namespace

void Choice::Settle() {
  if (!std::exchange(new_here, false)) return;
  auto store = store::Store::Open(home);
  if (store) (void)store->Settle();  // a disk that fails is told of by the engine, which writes there
}

bool Choice::Resuming() const {
  if (sid.empty()) return false;
  auto info = store::ReadObject(store::StoreFiles(home).Session(sid).Info());
  return info && FlagAt(*info, "resuming", false);
}

Replaying Choice::InReplay() const {
  if (sid.empty()) return {};
  auto note = store::ReadObject(store::StoreFiles(home).Session(sid).Replaying());
  if (!note) return {};
  return {.cell = true, .unseen = FlagAt(*note, "unseen", false), .number = note->value("cell", 0), .why = StringAt(*note, "why")};
}

void Choice::NoteStarved(bool surely) const {
  if (sid.empty()) return;
  const std::string path = store::StoreFiles(home).Session(sid).Replaying();
  auto note = store::ReadObject(path);
  if (!note) return;
  (*note)["why"] = surely ? kStarved : kPerhapsStarved;
  (void)store::WriteObject(path, *note);  // a full disk: the note stays as the engine wrote it
}

Result<Choice> SessionChooser::Choose(bool wait, bool adopt) {
  std::string home = store::ConfiguredHome();
  auto store = store::Store::Open(home);
  if (!store) return WithoutStore(home, store.error());
  const char* session_name = std::getenv("JPY_SESSION_NAME");
  std::string notebook = session_name && *session_name ? store::RealPath(session_name) : "";
  std::string name = store::Setting("session");
  if (name.empty() && notebook.empty()) return Anonymous(*store, "this kernel was started without a notebook");

  std::string sid;
  if (!name.empty()) {
    auto found = store->Resolve(name);
    if (!found && found.error().code == Code::kNotFound) found = store->Create(NewInfo(notebook, name));
    if (!found) return Anonymous(*store, found.error().what);
    sid = *found;
  } else {
    auto found = store->Find(notebook);
    if (!found) return Anonymous(*store, found.error().what);
    if (*found && Exists(store->files().Session(**found).Root()) && !IsOfRenamed(*store, **found, notebook)) {
      sid = **found;
    } else if (auto renamed = RenamedTo(*store, notebook)) {
      if (auto bound = store->Bind(notebook, *renamed); !bound) return Anonymous(*store, bound.error().what);
      sid = *renamed;
    } else {
      auto made = store->Create(NewInfo(notebook, ""));
      if (!made) return WithoutStore(home, made.error());
      if (auto bound = store->Bind(notebook, *made); !bound) return Anonymous(*store, bound.error().what);
      sid = *made;
    }
  }
  return Take(*store, sid, "", wait, adopt);
}

// By the rules by which a session comes back: it may be another notebook that has the name now.
bool SessionChooser::MayAdopt(const store::SessionFiles& files, const LockHolder& orphan) const {
  const std::string resume = store::Setting("resume");
  return !orphan.told && orphan.python == python_ && (resume.empty() || resume == "auto") && Exists(orphan.file) && NotebookBelongs(files);
}

Result<Choice> SessionChooser::Take(store::Store& store, const std::string& sid, const std::string& anonymous, bool wait, bool adopt) {
  store::SessionFiles files = store.files().Session(sid);
  const bool restart = ::access(files.Restart().c_str(), F_OK) == 0;
  auto lock = FileLock::Take(files.Lock());
  if (!lock) {
    if (lock.error().code != Code::kRefused || !anonymous.empty()) return WithoutStore(store.files().Home(), lock.error());
    const LockHolder holder = Examine(FileLock::Holder(files.Lock()));
    if (wait && holder.kind == LockHolder::Kind::kHarbour) {
      return Error{Code::kAborted, "session " + sid + " is being brought back from another host", ""};
    }
    if (holder.kind == LockHolder::Kind::kOrphan && adopt && !restart && asked_to_end_ < 0 && MayAdopt(files, holder)) {
      Choice choice;
      choice.sid = sid;
      choice.home = store.files().Home();
      choice.orphan = holder;
      return choice;
    }
    if ((wait || holder.still) && holder.kind == LockHolder::Kind::kOrphan) {  // an image may take longer than anybody waits for an engine
      const auto now = std::chrono::steady_clock::now();
      if (std::exchange(asked_to_end_, holder.pid) != holder.pid || now - asked_at_ > kAskAgain) {
        ::kill(holder.pid, SIGTERM);
        asked_at_ = now;
      }
      return Error{Code::kAborted, "session " + sid + " is being saved by an engine that lost its relay", ""};
    }
    if (wait && holder.kind == LockHolder::Kind::kEnding) return Error{Code::kAborted, "who holds session " + sid + " is ending", ""};
    return Anonymous(store, "the session is " + lock.error().what);
  }
  auto info = store::ReadObject(files.Info());
  if (!info) return Anonymous(store, info.error().what);
  Choice choice;
  choice.sid = sid;
  choice.home = store.files().Home();
  choice.lock = std::move(*lock);
  auto seed = info->find("hash_seed");
  choice.hash_seed = seed != info->end() && seed->is_number_unsigned() ? std::to_string(seed->get<unsigned>()) : NewSeed();
  choice.anonymous = anonymous;
  if (auto moved = info->find("moved_to"); moved != info->end()) {
    std::string host = moved->is_object() ? StringAt(*moved, "host") : "";
    choice.elsewhere = host.empty() ? "another host" : host;
    choice.lock.reset();
  }
  choice.restarted = StringAt(*info, "ended") == "restart" || restart;
  return choice;
}

Choice SessionChooser::Instead(const std::string& why) {
  std::string home = store::ConfiguredHome();
  auto store = store::Store::Open(home);
  return store ? Anonymous(*store, why) : WithoutStore(home, store.error());
}

Choice SessionChooser::Anonymous(store::Store& store, const std::string& why) {
  auto sid = store.Begin(NewInfo("", ""));
  if (!sid) return WithoutStore(store.files().Home(), sid.error());
  auto choice = Take(store, *sid, why, /*wait=*/false, /*adopt=*/false);
  if (!choice) return WithoutStore(store.files().Home(), choice.error());
  choice->new_here = true;
  return std::move(*choice);
}

}  // namespace ferry::relay
