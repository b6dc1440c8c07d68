// One engine as the relay sees it: a process and four sockets, from its start to its end.
//
// starting -> connected (its socket files exist) -> ready (a ping went through and came back on shell *and* iopub: an
// engine's PUB says nothing to a subscriber that it does not know yet). Pings are kernel_info_requests of our own; their
// answers never reach a front end.
#pragma once

#include <memory>

#include "kernel/relay/connection.h"
#include "kernel/relay/link.h"
#include "kernel/relay/image_choice.h"
#include "kernel/relay/process.h"
#include "kernel/relay/restart.h"
#include "kernel/relay/runtime_dir.h"
#include "kernel/relay/session_choice.h"
#include "kernel/relay/socket.h"
#include "util/memory.h"

namespace ferry::relay {

// What starts engine `number` in the folder `dir`, for the session of `choice`; `start` as in Name(Start), or "arrive".
Command EngineCommand(const RuntimeDir& dir, const Choice& choice, const std::string& python, int number, const std::string& start);
// The beginning of a call of ferry-image for engine `number`. What it starts holds the session's lock and the folder's.
Command ImageCommand(const RuntimeDir& dir, const Choice& choice, int number);

class Engine {
 public:
  ~Engine();

  // Starts the process. `number` is new for each engine of this relay.
  static Result<std::unique_ptr<Engine>> Begin(zmq::context_t& context, const Connection& front, const RuntimeDir& dir,
                                               const Choice& choice, const std::string& python, int number, Start start,
                                               const Author& author);

  // An engine that a harbour started: its sockets are STEM-1 ... here. It ends with `link`, or when that says so.
  static std::unique_ptr<Engine> Meet(zmq::context_t& context, const Connection& front, const std::string& stem, int number,
                                      Start start, std::shared_ptr<Link> link);

  // One that goes on since its relay ended: it answers ferry_attach_request. kRefused if another relay has it.
  static Result<std::unique_ptr<Engine>> Adopt(zmq::context_t& context, const Connection& front, const LockHolder& orphan, int number);
  bool adopted() const { return adopted_.has_value(); }
  int life() const { return life_; }  // a descriptor that is readable once an adopted engine has ended; else -1
  // Where its sockets, its log and its lock are: in `own`, or where an adopted engine's first relay put them.
  const RuntimeDir& folder(const RuntimeDir& own) const { return folder_ ? *folder_ : own; }
  std::string ConnectionFile(const RuntimeDir& own) const { return adopted() ? file_ : own.ConnectionFile(number_); }
  int number_there() const { return folder_ ? number_there_ : number_; }
  // An adopted engine's locks are its own, and held by nobody while it stands still. After this this process holds them too:
  // that on its folder, and that on its session, `path`, which is returned.
  Result<FileLock> ShareLocks(const std::string& path);
  const std::string& info_file() const { return info_file_; }  // its kernel_info, left by the relay of an adopted one

  // Signals its process group, wherever it is.
  void Kill(int signal);
  Link* link() const { return link_.get(); }  // null: it is a child of this process
  void Lives(pid_t pid) { pid_ = pid; }       // on the harbour's host
  // The same for one that comes back in a system image. Its process is the keeper of the engine (serializer/image/keeper.h).
  static Result<std::unique_ptr<Engine>> Restore(zmq::context_t& context, const Connection& front, const RuntimeDir& dir,
                                                 const Choice& choice, const ChosenImage& image, int number, Start start,
                                                 const Author& author);

  // Connects once the engine has bound its sockets. True if this call did it.
  bool Connect(const RuntimeDir& dir);
  void ConnectNow();
  void Ping(Author& author);
  void SendShell(Frames frames);
  void SendControl(Frames frames) { Send(control, Outgoing(std::move(frames))); }
  void SendStdin(Frames frames) { Send(stdin_, Outgoing(std::move(frames))); }
  // What it sent, signed for the front end: an adopted engine has the key of another connection file.
  Frames Incoming(Frames frames) const;
  // What was sent to it arrives although this process ends.
  void Linger();
  // To one that has opened its sockets again: it can answer only whom it has heard, and goes on when it has.
  void Greet(Author& author);

  // The id of a message that goes to its shell now: before it stands still it has received that, and all before it.
  std::string Mark(Author& author);

  // What came back of the pings. True when the engine has become ready by it.
  bool Seen(bool reply, bool status);

  bool connected() const { return connected_; }
  bool ready() const { return reply_seen_ && status_seen_; }
  int number() const { return number_; }
  pid_t pid() const { return pid_; }
  std::uint64_t kills() const { return kills_; }  // OutOfMemoryKills() when it began
  Start start() const { return start_; }
  const std::optional<ChosenImage>& image() const { return image_; }  // in which it came back

  Socket shell, control, stdin_, iopub;

 private:
  Engine(zmq::context_t& context, const Connection& connection, int number, Start start);
  Frames Outgoing(Frames frames) const;

  Connection connection_;
  int number_;
  Start start_;
  std::optional<ChosenImage> image_;
  std::optional<FileLock> adopted_;                 // held while this relay serves it
  std::string file_;                                // the connection file of an adopted one
  std::optional<RuntimeDir> folder_;                // its folder, once that is shared
  int number_there_ = 0;
  std::optional<std::pair<Signer, Signer>> keys_;   // its own and the front end's, where these differ
  std::string info_file_;
  int life_ = -1;
  std::uint64_t kills_ = OutOfMemoryKills();
  pid_t pid_ = -1;
  std::shared_ptr<Link> link_;
  bool connected_ = false, reply_seen_ = false, status_seen_ = false;
};

}  // namespace ferry::relay
