// ferry-relay --connection FILE --python PY: the kernel as kernel.json starts it.
// ferry-relay --fetch SID --host HOST --python PY: brings a session back that was suspended on another host.
// ferry-relay --examine HOST --python PY, --move SID --host HOST [--words JSON], --front SID [--words JSON]: for the command line; answers in JSON.
// ferry-relay --harbour --python PY: the far end of a move, as `jupyter-ferry harbour` starts it.
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "kernel/relay/examine.h"
#include "kernel/relay/fetch.h"
#include "kernel/relay/harbour.h"
#include "kernel/relay/move_from_outside.h"
#include "kernel/relay/relay.h"

namespace ferry::relay {
namespace {

int Refuse(const Error& error) {
  Log(error.what + (error.remedy.empty() ? "" : ". To mend it: " + error.remedy));
  return 1;
}

// SIGINT goes to the whole process group at every interrupt; interrupts come as messages instead. Blocked before the first
// thread exists, so that all threads inherit the mask.
int TakeSignals() {
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGCHLD, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// Readable once the process that started us has ended. (PR_SET_PDEATHSIG would fire when the parent's *thread* ends.)
int WatchParent() {
  pid_t parent = ::getppid();
  return parent > 1 ? static_cast<int>(::syscall(SYS_pidfd_open, parent, 0)) : -1;
}

// Prints an answer for a program; 1 where it is an error, said as {status, code, what, remedy}.
int Answer(const Result<json>& answer) {
  json said = answer ? *answer : json{{"status", "error"}, {"code", Name(answer.error().code)}, {"what", answer.error().what}, {"remedy", answer.error().remedy}};
  std::printf("%s\n", Text(said).c_str());
  return answer ? 0 : 1;
}

// The runtime folder and an inotify descriptor that tells of new sockets in it.
Result<std::pair<RuntimeDir, int>> MakeFolder() {
  Result<RuntimeDir> dir = RuntimeDir::Make();
  if (!dir) return dir.error();
  int files = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (::inotify_add_watch(files, dir->path().c_str(), IN_CREATE) < 0) return Error{Code::kIo, "cannot watch " + dir->path(), ""};
  return std::pair(std::move(*dir), files);
}

int Main(int argc, char** argv) {
  (void)ProgramPath();
  CLI::App app{"Kernelferry's relay: owns the ports of a Jupyter kernel and supervises its engine"};
  std::string connection_file, python, fetch, host, examine, move, served, words = "{}";
  bool harbour = false;
  auto* connection_option = app.add_option("--connection", connection_file, "connection file written by the front end");
  app.add_flag("--harbour", harbour, "serve a relay on another host through stdin and stdout")->excludes(connection_option);
  app.add_option("--fetch", fetch, "bring this session back")->excludes(connection_option);
  app.add_option("--examine", examine, "say what this host is")->excludes(connection_option);
  app.add_option("--move", move, "ask the relay that serves this session to move it")->excludes(connection_option);
  app.add_option("--front", served, "ask the relay that serves this session about its front end")->excludes(connection_option);
  app.add_option("--host", host, "from there, or to there");
  app.add_option("--words", words, "how to move: {plan, policy, yes, force}; of a front end: {detach}");
  app.add_option("--python", python, "absolute path of the Python that runs the engine")->required();
  CLI11_PARSE(app, argc, argv);
  if (!examine.empty()) return Answer(Examine(examine, python));
  if (!move.empty() || !served.empty()) {
    json wish = json::parse(words, nullptr, /*allow_exceptions=*/false);
    if (!wish.is_object()) return Refuse({Code::kInvalid, "--words is no JSON object", ""});
    if (!served.empty()) return Answer(FrontFromOutside(served, std::move(wish)));
    wish["host"] = host;
    return Answer(MoveFromOutside(move, std::move(wish)));
  }
  if (!fetch.empty()) {
    ::signal(SIGPIPE, SIG_IGN);
    auto fetched = Fetch(fetch, host, python);
    return fetched ? 0 : Refuse(fetched.error());
  }
  if (!harbour && connection_file.empty()) return Refuse({Code::kInvalid, "no --connection is given", "start this program through a Jupyter front end"});

  Setup setup;
  setup.signals = TakeSignals();
  if (harbour) {
    auto folder = MakeFolder();
    if (!folder) return Refuse(folder.error());
    return Harbour(python, std::move(folder->first), setup.signals, folder->second).Run();
  }
  setup.parent = WatchParent();
  setup.python = python;
  Result<Connection> connection = ReadConnection(connection_file);
  if (!connection) return Refuse(connection.error());
  setup.connection = *connection;
  setup.connection.front_end = std::filesystem::absolute(connection_file);
  zmq::context_t context;
  Result<std::unique_ptr<Front>> front = Front::Bind(context, setup.connection);
  if (!front) return Refuse(front.error());
  auto folder = MakeFolder();
  if (!folder) return Refuse(folder.error());
  return Relay(context, std::move(setup), std::move(*front), std::move(folder->first), folder->second).Run();
}

}  // namespace
}  // namespace ferry::relay

int main(int argc, char** argv) { return ferry::relay::Main(argc, argv); }
