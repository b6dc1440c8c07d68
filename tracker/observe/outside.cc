#include "tracker/observe/outside.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "tracker/observe/file_times.h"
#include "tracker/observe/outside_preload.h"

namespace ferry::observe {
namespace {

std::set<int> OtherThreads() {
  std::set<int> found;
  DIR* folder = ::opendir("/proc/self/task");
  while (const dirent* entry = folder ? ::readdir(folder) : nullptr) found.insert(std::atoi(entry->d_name));
  if (folder) ::closedir(folder);
  found.erase(::gettid());
  return found;
}

// As RuleOf says it of the audit events of Python's own functions.
graph::Effect EffectOf(std::string_view event, std::string detail) {
  if (event == "connect") return {"network", std::move(detail), true};
  if (event == "system") {
    const bool asks = AsksTheMachine(detail);
    return {"subprocess", std::move(detail), !asks};
  }
  return {event == "rename" || event == "remove" ? "file-remove" : "file-write", std::move(detail), true};
}

}  // namespace

Outside& Outside::The() {
  static Outside& outside = *new Outside;
  return outside;
}

void Outside::Listen() {
  process_ = ::getpid();
  if (auto tell = reinterpret_cast<OutsideTell>(::dlsym(RTLD_DEFAULT, kOutsideTell))) tell(&Outside::Hear);
}

void Outside::Disregard(const OwnFiles& own, const OwnFiles& ours, std::string temporary) {
  const std::lock_guard lock(mutex_);
  own_ = std::make_unique<const OwnFiles>(own);
  ours_ = std::make_unique<const OwnFiles>(ours);
  temporary_folder_ = std::move(temporary);
}

void Outside::Start() {
  const std::lock_guard lock(mutex_);
  temporary_.clear();
  started_ = started_pool_ = false;
  hears_ = true;
}

std::vector<graph::Effect> Outside::Stop() {
  const std::lock_guard lock(mutex_);
  hears_ = false;
  for (Update& update : updates_) {
    struct stat now;
    const bool left = ::stat(update.path.c_str(), &now) == 0 && SameFile(now, update.before) && SameState(now, update.before) && !update.recent;
    effects_.Add({"file-write", AsText(update.path), !left});
  }
  updates_.clear();
  if (started_ || started_pool_) effects_.Add({"subprocess", kUntold, started_});
  return effects_.Take();
}

void Outside::MakesTemporary(std::string folder) {
  const std::lock_guard lock(mutex_);
  temporary_.insert(std::move(folder));
}

void Outside::StartGuard(std::vector<graph::Effect> allowed) {
  const std::lock_guard lock(mutex_);
  if (!hears_) temporary_.clear();
  older_ = OtherThreads();
  allowed_ = std::move(allowed);
  guards_ = true;
  stopped_start_ = false;
  forbids_start_ = std::none_of(allowed_.begin(), allowed_.end(), [](const auto& a) { return a.unsafe && (a.kind == "subprocess" || a.kind == "more"); });
}

std::vector<graph::Effect> Outside::StopGuard() {
  const std::lock_guard lock(mutex_);
  guards_ = forbids_start_ = false;
  opened_ = true;
  if (stopped_start_.exchange(false)) stopped_.push_back({"subprocess", kUntold, true});
  return std::exchange(stopped_, {});
}

void Outside::LiftGuard(bool lifted) {
  const std::lock_guard lock(mutex_);
  lifted_ = lifted;
}

bool Outside::Started(std::string_view program, int flags) {
  if (AsksTheMachine(program)) return false;
  if (flags & kPool) {
    started_pool_ = true;
    return false;
  }
  started_ = true;
  if (!forbids_start_ || lifted_) return false;
  stopped_start_ = true;
  return true;
}

// In a child that was forked nothing counts, and the mutex may be held for ever.
bool Outside::Hear(const char* event, const char* detail, int flags) {
  Outside& self = The();
  if (std::string_view(event) == "fork" || std::string_view(event) == "execute") return self.Started(detail, flags);
  if (::getpid() != self.process_) return false;
  try {
    const std::lock_guard lock(self.mutex_);
    return self.Heard(event, detail, flags);
  } catch (...) {  // no memory
    return false;
  }
}

bool Outside::Heard(std::string_view event, std::string detail, int flags) {
  if (!own_ || ours_->Contains(detail)) return false;
  if (!hears_ && !guards_) {
    if (event == "open") opened_ = true;
    return false;
  }
  if (event != "system" && own_->Contains(detail)) return false;
  struct stat there;
  const bool exists = event == "open" && ::stat(detail.c_str(), &there) == 0;
  const bool temporary = event == "temporary" || (event == "open" && flags & O_EXCL && !exists && detail.starts_with(temporary_folder_));
  if (temporary) temporary_.insert(detail);
  if (event == "remove" && LiesIn(temporary_, detail)) return false;  // what this cell made for itself
  graph::Effect effect = EffectOf(event, AsText(detail));
  if (event == "open" && flags & O_DIRECTORY) return false;  // a file without a name
  if (effect.kind == "file-write") effect.unsafe = !LiesIn(temporary_, detail);
  if (guards_ && !lifted_ && Forbids(effect)) {
    stopped_.push_back(std::move(effect));
    return true;
  }
  if (!hears_) return false;
  const bool updates = exists && effect.unsafe && !(flags & O_TRUNC);
  if (updates && !effects_.full()) {
    if (S_ISREG(there.st_mode)) updates_.push_back({std::move(detail), there, IsRecent(there)});
    return false;
  }
  effects_.Add(std::move(effect));
  return false;
}

// A file that the cell opened to be updated, and left as it was, stands in its record as a safe effect; nobody knows beforehand.
bool Outside::Forbids(const graph::Effect& effect) const {
  return effect.unsafe && !older_.contains(::gettid()) && !Holds(allowed_, effect, true);
}

}  // namespace ferry::observe
