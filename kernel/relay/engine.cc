#include "kernel/relay/engine.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "serializer/store/settings.h"

namespace ferry::relay {
namespace {

constexpr int kReconnectMs = 10;  // an engine may have made its socket file and not listen yet
constexpr int kLingerMs = 1000;   // for the last messages to an engine that is left alone

// What tells the engine of what libraries in C do outside (tracker/observe/outside_preload.cc); it takes it out of its environment. "" where it
// is not installed. LD_PRELOAD ends a name at a space or a colon: where the library lies below such a folder, a link to it in `dir`.
std::string OutsideLibrary(const RuntimeDir& dir) {
  const auto library = std::filesystem::path(ProgramPath()).parent_path().parent_path() / "libferry_outside.so";
  const auto can_be_named = [](const std::string& path) { return path.find_first_of(" :") == path.npos; };
  std::error_code none;
  if (!std::filesystem::exists(library, none)) return "";
  if (can_be_named(library)) return library;
  const std::string link = dir.path() + "/libferry_outside.so";
  std::filesystem::create_symlink(library, link, none);  // for the next engines it is there
  return can_be_named(link) && std::filesystem::exists(link, none) ? link : "";
}

}  // namespace

Command EngineCommand(const RuntimeDir& dir, const Choice& choice, const std::string& python, int number, const std::string& start) {
  Command c;
  c.argv = {python, "-m", "kernelferry.engine", "-f", dir.ConnectionFile(number), "--session", choice.sid,
            "--start", start};
  c.keep = {dir.alive_fd()};
  if (choice.lock) {
    c.argv.insert(c.argv.end(), {"--lock-fd", std::to_string(choice.lock->fd())});
    c.keep.push_back(choice.lock->fd());
  }
  if (!choice.anonymous.empty()) c.argv.insert(c.argv.end(), {"--anonymous", choice.anonymous});
  if (!choice.image_lost.empty()) c.argv.insert(c.argv.end(), {"--image-lost", choice.image_lost});
  std::vector<std::string> set = {"FERRY_RELAY_PID=" + std::to_string(::getpid()), "FERRY_HOME=" + choice.home};
  // The engine removes PYTHONHASHSEED from what user code sees, unless the user had set it.
  if (std::getenv("PYTHONHASHSEED")) set.push_back("FERRY_ENV_KEEP=PYTHONHASHSEED");
  else set.push_back("PYTHONHASHSEED=" + choice.hash_seed);
  if (const std::string outside = OutsideLibrary(dir); !outside.empty()) {
    const char* others = std::getenv("LD_PRELOAD");
    set.push_back("LD_PRELOAD=" + (others && *others ? others + (":" + outside) : outside));
  }
  c.environment = EnvironmentWith(set);
  c.log = dir.Log();
  c.own_user = ::geteuid() != 0 && store::Setting("namespace") == "own";
  return c;
}

Command ImageCommand(const RuntimeDir& dir, const Choice& choice, int number) {
  Command c;
  c.argv = {std::filesystem::path(ProgramPath()).parent_path().string() + "/ferry-image", "--result", dir.Image(number)};
  if (const std::string criu = store::Setting("criu"); !criu.empty()) c.argv.insert(c.argv.end(), {"--criu", criu});
  c.keep = {dir.alive_fd()};
  if (choice.lock) c.keep.push_back(choice.lock->fd());
  c.environment = EnvironmentWith({"FERRY_RELAY_PID=" + std::to_string(::getpid())});
  c.log = dir.Log();
  return c;
}

Engine::Engine(zmq::context_t& context, const Connection& connection, int number, Start start)
    : shell(context, zmq::socket_type::dealer),
      control(context, zmq::socket_type::dealer),
      stdin_(context, zmq::socket_type::dealer),
      iopub(context, zmq::socket_type::sub),
      connection_(connection),
      number_(number),
      start_(start) {
  // The engine routes an input_request by the identities of the shell request, so all sockets carry one name; and the reply of
  // a cell that outlives its relay goes to the one that adopts the engine, so the name is the engine's.
  const std::string name = "ferry-relay-" + connection.ip.substr(connection.ip.rfind('/', connection.ip.rfind('/') - 1) + 1);
  for (Socket* socket : {&shell, &control, &stdin_}) {
    socket->set(zmq::sockopt::routing_id, name);
    socket->set(zmq::sockopt::sndhwm, 0);
  }
  iopub.set(zmq::sockopt::subscribe, "");
  for (Socket* socket : {&shell, &control, &stdin_, &iopub}) {
    socket->set(zmq::sockopt::rcvhwm, 0);
    socket->set(zmq::sockopt::linger, 0);
    socket->set(zmq::sockopt::reconnect_ivl, kReconnectMs);
  }
}

Result<std::unique_ptr<Engine>> Engine::Begin(zmq::context_t& context, const Connection& front, const RuntimeDir& dir,
                                              const Choice& choice, const std::string& python, int number, Start start,
                                              const Author& author) {
  std::unique_ptr<Engine> engine(new Engine(context, EngineConnection(front, dir.Stem(number)), number, start));
  Result<void> written = WriteConnection(dir.ConnectionFile(number), engine->connection_, author.session());
  if (!written) return written.error();
  Result<pid_t> pid = Spawn(EngineCommand(dir, choice, python, number, Name(start)));
  if (!pid) return pid.error();
  engine->pid_ = *pid;
  return engine;
}

std::unique_ptr<Engine> Engine::Meet(zmq::context_t& context, const Connection& front, const std::string& stem, int number,
                                     Start start, std::shared_ptr<Link> link) {
  std::unique_ptr<Engine> engine(new Engine(context, EngineConnection(front, stem), number, start));
  engine->link_ = std::move(link);
  engine->ConnectNow();
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::Adopt(zmq::context_t& context, const Connection& front, const LockHolder& orphan, int number) {
  auto connection = ReadConnection(orphan.file);
  if (!connection) return connection.error();
  auto lock = FileLock::Take(AdopterLock(orphan.file));
  if (!lock) return lock.error();
  const int life = static_cast<int>(::syscall(SYS_pidfd_open, orphan.pid, 0));
  if (life < 0) return Error{Code::kNotFound, "the engine has ended", ""};
  std::unique_ptr<Engine> engine(new Engine(context, *connection, number, Start::kFirst));
  engine->pid_ = orphan.pid;
  engine->life_ = life;
  engine->adopted_ = std::move(*lock);
  engine->file_ = orphan.file;
  engine->info_file_ = orphan.file.substr(0, orphan.file.rfind('.')) + ".info";
  if (auto named = NameFrontEnd(orphan.file, front.front_end); !named) return named.error();
  if (connection->key != front.key) engine->keys_.emplace(Signer(connection->key), Signer(front.key));
  engine->ConnectNow();
  return engine;
}

Result<FileLock> Engine::ShareLocks(const std::string& path) {
  const std::filesystem::path file = file_;
  auto session = FileLock::Share(pid_, path);
  if (!session) return session;
  auto folder = RuntimeDir::Share(pid_, file.parent_path());
  if (!folder) return folder.error();
  folder_.emplace(std::move(*folder));
  number_there_ = std::atoi(file.stem().c_str());
  return session;
}

Engine::~Engine() {
  if (life_ >= 0) ::close(life_);
}

Frames Engine::Outgoing(Frames frames) const { return keys_ ? Message::Resigned(std::move(frames), keys_->first) : std::move(frames); }
Frames Engine::Incoming(Frames frames) const { return keys_ ? Message::Resigned(std::move(frames), keys_->second) : std::move(frames); }

void Engine::Linger() {
  for (Socket* socket : {&shell, &control}) socket->set(zmq::sockopt::linger, kLingerMs);
}

void Engine::Kill(int signal) {
  if (link_) link_->Tell({{"op", "kill"}, {"signal", signal}});
  else ::kill(-pid_, signal);
}

Result<std::unique_ptr<Engine>> Engine::Restore(zmq::context_t& context, const Connection& front, const RuntimeDir& dir,
                                                const Choice& choice, const ChosenImage& image, int number, Start start,
                                                const Author& author) {
  std::unique_ptr<Engine> engine(new Engine(context, EngineConnection(front, dir.Stem(number)), number, start));
  Result<void> written = WriteConnection(dir.ConnectionFile(number), engine->connection_, author.session());
  if (!written) return written.error();
  Command c = ImageCommand(dir, choice, number);
  c.argv.insert(c.argv.end(), {"restore", "--from", image.folder, "--log", dir.path() + "/restore.log"});
  Result<pid_t> pid = Spawn(c);
  if (!pid) return pid.error();
  engine->pid_ = *pid;
  engine->image_ = image;
  return engine;
}

bool Engine::Connect(const RuntimeDir& dir) {
  if (connected_ || !dir.Bound(number_)) return false;
  ConnectNow();
  return true;
}

void Engine::ConnectNow() {
  stdin_.connect(connection_.Endpoint(connection_.stdin_port));
  iopub.connect(connection_.Endpoint(connection_.iopub_port));
  control.connect(connection_.Endpoint(connection_.control_port));
  shell.connect(connection_.Endpoint(connection_.shell_port));
  connected_ = true;
}

void Engine::Ping(Author& author) { SendShell(author.Make({}, "kernel_info_request", "{}", "{}")); }

void Engine::Greet(Author& author) {
  Ping(author);
  Frames empty;
  empty.emplace_back();
  Send(stdin_, std::move(empty));
}

void Engine::SendShell(Frames frames) { Send(shell, Outgoing(std::move(frames))); }

std::string Engine::Mark(Author& author) {
  Frames ping = author.Make({}, "kernel_info_request", "{}", "{}");
  auto message = Message::Parse(std::move(ping));
  std::string id(message->id());
  SendShell(std::move(*message).Take());
  return id;
}

bool Engine::Seen(bool reply, bool status) {
  bool before = ready();
  reply_seen_ |= reply;
  status_seen_ |= status;
  return ready() && !before;
}

}  // namespace ferry::relay
