// ferry-relay --connection FILE --python PY: the kernel as kernel.json starts it.
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

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

int Main(int argc, char** argv) {
  CLI::App app{"Kernelferry's relay: owns the ports of a Jupyter kernel and supervises its engine"};
  std::string connection_file, python;
  app.add_option("--connection", connection_file, "connection file written by the front end")->required();
  app.add_option("--python", python, "absolute path of the Python that runs the engine")->required();
  CLI11_PARSE(app, argc, argv);

  Setup setup;
  setup.signals = TakeSignals();
  setup.parent = WatchParent();
  setup.python = python;
  Result<Connection> connection = ReadConnection(connection_file);
  if (!connection) return Refuse(connection.error());
  setup.connection = *connection;
  zmq::context_t context;
  Result<std::unique_ptr<Front>> front = Front::Bind(context, setup.connection);
  if (!front) return Refuse(front.error());
  Result<RuntimeDir> dir = RuntimeDir::Make();
  if (!dir) return Refuse(dir.error());
  int files = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (::inotify_add_watch(files, dir->path().c_str(), IN_CREATE) < 0) {
    return Refuse({Code::kIo, "cannot watch " + dir->path(), ""});
  }
  return Relay(context, std::move(setup), std::move(*front), std::move(*dir), files).Run();
}

}  // namespace
}  // namespace ferry::relay

int main(int argc, char** argv) { return ferry::relay::Main(argc, argv); }
