// The engine in which a session arrives on another host, as its relay reaches it before it is the session's engine: started by
// the harbour there, its sockets forwarded by ssh, met, and asked questions.
//
//   Start -> the harbour says `bound` -> ssh forwards four sockets -> pings go round -> ready
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "kernel/relay/engine.h"
#include "kernel/relay/ssh.h"
#include "kernel/relay/timers.h"

namespace ferry::relay {

class EngineThere {
 public:
  struct Ground {
    zmq::context_t& context;
    const Connection& front;
    const RuntimeDir& dir;
    Author& author;
    Timers& timers;
    Host host;
    std::string control;  // the socket of the ssh connection's master
    int number;           // of the engine here, for names of files
    relay::Start start;
  };
  struct Hands {
    std::function<void()> ready;
    std::function<void(Error)> failed;
  };
  EngineThere(Ground ground, std::shared_ptr<Link> link, Hands hands)
      : ground_(std::move(ground)), link_(std::move(link)), hands_(std::move(hands)) {}
  ~EngineThere() { Stop(); }

  void Start(json words);  // of the link's `start`
  // ferry_move_request on its control channel; the content of the reply. Only when it is ready.
  void Ask(json content, std::function<void(json)> then);
  void Stop();             // no hand is called after it
  void Drop();             // the same, and the engine is let go of
  std::unique_ptr<Engine> Take() { return std::move(next_); }

  bool started() const { return started_; }  // asked for
  bool ready() const { return ready_; }

  void OnBound();  // the harbour says so
  void OnChild();
  void OnTimer();  // at the end of each turn
  void AddItems(std::vector<PollItem>& items);
  void OnItems();

 private:
  void OnStarted(const Parcel& answer);
  void Meet();
  void Seen(bool reply, bool status);
  std::optional<Message> Next(Socket Engine::*socket);

  Ground ground_;
  std::shared_ptr<Link> link_;
  Hands hands_;
  std::unique_ptr<Engine> next_;
  std::string stem_;  // of its sockets there
  pid_t forward_ = -1, pid_ = -1;
  bool started_ = false, ready_ = false, over_ = false;
  std::map<std::string, std::function<void(json)>> asked_;  // by msg_id
};

}  // namespace ferry::relay
