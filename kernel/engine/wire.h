// The sockets of the connection file and the form of a message on them (Jupyter protocol 5).
//
// xeus makes its messages through its own serializer. What Python publishes (text, displays, comm messages) is already
// JSON, so it is signed and sent as it is, without being parsed again. iopub is one PUB socket under a mutex: whoever has
// something sends it, from any thread and without the GIL; there is no publisher thread to wake.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/event_fd.h"
#include "xeus/xauthentication.hpp"
#include "xeus/xkernel_configuration.hpp"
#include "xeus/xmessage.hpp"
#include "zmq_addon.hpp"

namespace ferry::engine {

// A message for iopub; the texts are JSON objects. parent: the header of the request it belongs to ("{}": none).
struct Draft {
  std::string_view type, content, metadata = "{}", parent = "{}";
  std::vector<std::string_view> buffers = {};
};

// What was published while nobody listened: a message that a cell would show.
struct Unseen {
  std::string type, content, parent;
};

class Wire {
  zmq::context_t context_;  // outlives its sockets

 public:
  // Binds all sockets, of a context that can end while the process lives on; throws zmq::error_t when an address is taken or malformed.
  Wire(const xeus::xconfiguration& config, nl::json::error_handler_t error_handler);

  // From Close() to Open() no socket leads out of this process, and until Heard() what is published waits. Main thread,
  // while the server has no other. Close() returns when everything that was sent has left.
  void Close();
  void Open(const xeus::xconfiguration& config, bool drop);  // drop: forget what waits
  // Whether somebody listens on iopub by then, and has spoken on shell and (all) on stdin: a ROUTER drops what it sends to
  // one who connects later. What waited leaves now.
  bool Heard(int milliseconds, bool all);

  // Each of these belongs to one thread (server.h), stdin_ to whoever waits for an answer (questions.h).
  zmq::socket_t shell, stdin_, control, heartbeat;

  // Names that go into every header; set once before the first message of ours.
  void Introduce(const nl::json& header);

  // Any thread. Does nothing in a forked child: the sockets are its parent's.
  void Publish(const Draft& draft);
  void Publish(xeus::xpub_message message);

  // From Keep(true), or the end of the relay that is followed (readable then; null: none), to Keep(false) what a cell would
  // show is also kept, the newest kMostUnseen bytes of it. Any thread.
  void Keep(bool on);
  void Follow(std::shared_ptr<WakeFd> relay);
  // What was kept up to now, and how many bytes before it were not.
  std::pair<std::deque<Unseen>, std::size_t> TakeUnseen();

  // The thread that owns the socket.
  xeus::xmessage Parse(zmq::multipart_t& wire) const;  // throws on a wrong signature or broken JSON
  void Send(zmq::socket_t& socket, xeus::xmessage message) const;
  // An answer to the request with these identities and this header.
  xeus::xmessage Answer(const xeus::xmessage::guid_list& identities, const nl::json& request_header,
                        const std::string& type, nl::json content) const;

 private:
  void SendPublished(zmq::multipart_t wire);
  bool Unheard();
  void Remember(std::string_view type, std::string_view content, std::string_view parent);

  void Bind(const xeus::xconfiguration& config);

  zmq::socket_t iopub_;
  std::mutex iopub_mutex_;
  bool closed_ = false;                  // under iopub_mutex_
  std::vector<zmq::multipart_t> held_;   // the same
  std::mutex unseen_mutex_;
  std::atomic<bool> keeping_{false};
  std::shared_ptr<WakeFd> relay_;        // under unseen_mutex_
  std::deque<Unseen> unseen_;            // the same
  std::size_t unseen_bytes_ = 0, forgotten_ = 0;  // the same
  std::unique_ptr<xeus::xauthentication> authentication_;
  nl::json::error_handler_t error_handler_;
  std::string user_, session_;
};

// True in a child that was forked off this process (os.fork, multiprocessing): it must keep off sockets and threads.
bool InForkedChild();

// "x_request" -> "x_reply"; "" for a type that gets no reply.
std::string ReplyType(const std::string& request_type);

}  // namespace ferry::engine
