// suspend and kill: what ends the engine of a session that runs on this machine. Its relay stays, and starts another engine
// when its front end wants one.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "kernel/cli/lookup.h"
#include "kernel/cli/output.h"
#include "kernel/cli/verbs.h"
#include "serializer/image/keeper.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::cli {
namespace {

constexpr const char* kSchema = "ferry.session/1";
constexpr int kPatienceMs = 600'000;  // how long a save may take

// An engine that runs, by a descriptor: its number cannot become another process' meanwhile.
class Process {
 public:
  // kNotFound if the session has no engine here.
  static Result<Process> OfSession(const store::Store& store, const std::string& sid) {
    auto described = store.Describe(sid);
    if (!described) return described.error();
    const pid_t pid = image::EngineOf(described->value("pid", 0));
    Process process(pid > 1 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1);
    auto command = ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 1 << 20);
    const bool ours = command && command->find("kernelferry.engine") != std::string::npos && command->find(sid) != std::string::npos;
    if (process.fd_ < 0 || !ours || !(*described)["locked"]) {
      return Error{Code::kNotFound, "session " + sid + " does not run on this machine", "jupyter ferry list shows which ones do"};
    }
    return process;
  }
  Process(Process&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Process() {
    if (fd_ >= 0) ::close(fd_);
  }

  Result<void> End(int signal) {
    if (::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0) != 0 && errno != ESRCH) {
      return SystemError(errno, "end", "the engine");
    }
    pollfd ended{fd_, POLLIN, 0};
    int polled;
    do polled = ::poll(&ended, 1, kPatienceMs);
    while (polled < 0 && errno == EINTR);
    if (polled > 0) return {};
    return Error{Code::kIo, "the engine has not ended in ten minutes", "end it without saving: jupyter ferry kill"};
  }

 private:
  explicit Process(int fd) : fd_(fd) {}
  int fd_;
};

// Whether all of a session comes back without a system image, which only its kernel has taken of it.
Result<void> NeedsNoImage(const store::Store& store, const std::string& sid) {
  auto generations = store::SessionReader(store.files().Session(sid)).Generations();
  std::string names;
  for (const auto& component : generations && !generations->empty() ? generations->front().components : std::vector<format::ComponentEntry>()) {
    if (component.way != "image") continue;
    for (const auto& name : component.names) names += (names.empty() ? "" : ", ") + name;
  }
  if (names.empty()) return {};
  return Error{Code::kRefused, "session " + sid + " is not suspended: only a system image brings back " + names,
               "%suspend in its notebook takes one, and so does its end; jupyter ferry kill ends it without"};
}

int EndAll(const store::Store& store, const std::vector<std::string>& sids, int signal, const char* said, bool json) {
  Json ended = Json::array();
  for (const auto& sid : sids) {
    auto process = Process::OfSession(store, sid);
    const auto may = signal == SIGTERM && process ? NeedsNoImage(store, sid) : Result<void>();
    Result<void> done = !may ? may : process ? process->End(signal) : Result<void>(process.error());
    if (!done) {
      const int code = Fail(json, kSchema, done.error());
      return ended.empty() ? code : static_cast<int>(kPartial);
    }
    ended.push_back(sid);
    if (!json) std::printf("session %s %s\n", sid.c_str(), said);
  }
  if (json) PrintJson(Answer(kSchema, sids.size() == 1 ? sids[0] : "", {{"ended", ended}}));
  else if (sids.empty()) std::printf("no session runs here\n");
  return kOk;
}

}  // namespace

int Suspend(const Settings& settings, const std::string& session, bool all, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  std::vector<std::string> sids;
  if (all) {
    auto sessions = store->Sessions();
    if (!sessions) return Fail(json, kSchema, sessions.error());
    for (const auto& s : *sessions) {
      if (!s["locked"] || !Process::OfSession(*store, s["session"])) continue;
      if (auto may = NeedsNoImage(*store, s["session"])) sids.push_back(s["session"]);
      else std::fprintf(stderr, "jupyter-ferry: %s\n", Cell(may.error().what).c_str());
    }
  } else {
    auto sid = store->Resolve(session);
    if (!sid) return Fail(json, kSchema, sid.error());
    sids.push_back(*sid);
  }
  return EndAll(*store, sids, SIGTERM, "is saved and its memory free; it wakes with the next cell", json);
}

int Kill(const Settings& settings, const std::string& session, bool json) {
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, kSchema, found.error());
  const auto& [store, sid] = *found;
  return EndAll(store, {sid}, SIGKILL, "lost its engine; it comes back as it was saved last", json);
}

}  // namespace ferry::cli
