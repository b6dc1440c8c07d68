#include "kernel/engine/wire.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "xeus/xmiddleware.hpp"
#include "xeus/xzmq_serializer.hpp"

namespace ferry::engine {
namespace {

constexpr std::size_t kMostUnseen = 4 << 20;  // bytes of output kept for a front end that comes back

std::atomic<bool> forked{false};
[[maybe_unused]] const int fork_watch = ::pthread_atfork(nullptr, nullptr, [] { forked = true; });

xeus::xraw_buffer Raw(std::string_view text) {
  return xeus::xraw_buffer(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

}  // namespace

bool InForkedChild() { return forked.load(std::memory_order_relaxed); }

std::string ReplyType(const std::string& request_type) {
  constexpr std::string_view suffix = "_request";
  if (!request_type.ends_with(suffix)) return "";
  return request_type.substr(0, request_type.size() - suffix.size()) + "_reply";
}

Wire::Wire(const xeus::xconfiguration& config, nl::json::error_handler_t error_handler) : error_handler_(error_handler) {
  Bind(config);
}

void Wire::Bind(const xeus::xconfiguration& config) {
  shell = zmq::socket_t(context_, zmq::socket_type::router);
  stdin_ = zmq::socket_t(context_, zmq::socket_type::router);
  control = zmq::socket_t(context_, zmq::socket_type::router);
  heartbeat = zmq::socket_t(context_, zmq::socket_type::rep);
  iopub_ = zmq::socket_t(context_, zmq::socket_type::xpub);  // as PUB, and tells who subscribes
  authentication_ = xeus::make_xauthentication(config.m_signature_scheme, config.m_key);
  iopub_.set(zmq::sockopt::sndhwm, 0);  // a reader that is slow for a while must not lose output
  shell.set(zmq::sockopt::router_handover, 1);
  control.set(zmq::sockopt::router_handover, 1);
  stdin_.set(zmq::sockopt::router_handover, 1);
  xeus::init_socket(shell, config.m_transport, config.m_ip, config.m_shell_port);
  xeus::init_socket(stdin_, config.m_transport, config.m_ip, config.m_stdin_port);
  xeus::init_socket(control, config.m_transport, config.m_ip, config.m_control_port);
  xeus::init_socket(iopub_, config.m_transport, config.m_ip, config.m_iopub_port);
  xeus::init_socket(heartbeat, config.m_transport, config.m_ip, config.m_hb_port);
}

void Wire::Close() {
  std::lock_guard<std::mutex> lock(iopub_mutex_);
  closed_ = true;
  for (zmq::socket_t* socket : {&shell, &stdin_, &control, &heartbeat, &iopub_}) socket->close();
  context_.close();  // waits until the last message is out
}

void Wire::Open(const xeus::xconfiguration& config, bool drop) {
  std::lock_guard<std::mutex> lock(iopub_mutex_);
  context_ = zmq::context_t();
  Bind(config);
  if (drop) held_.clear();
}

bool Wire::Heard(int milliseconds, bool all) {
  std::lock_guard<std::mutex> lock(iopub_mutex_);
  bool heard = true;
  for (zmq::socket_t* socket : {&iopub_, &shell, all ? &stdin_ : &shell}) {
    zmq_pollitem_t item = {socket->handle(), 0, ZMQ_POLLIN, 0};
    heard = zmq_poll(&item, 1, milliseconds) > 0 && heard;
  }
  closed_ = false;
  for (zmq::multipart_t& wire : std::exchange(held_, {})) wire.send(iopub_);
  return heard;
}

void Wire::Introduce(const nl::json& header) {
  user_ = header.value("username", "");
  session_ = header.value("session", "");
}

void Wire::SendPublished(zmq::multipart_t wire) {
  std::lock_guard<std::mutex> lock(iopub_mutex_);
  if (closed_) held_.push_back(std::move(wire));
  else wire.send(iopub_);
}

void Wire::Keep(bool on) { keeping_ = on; }

void Wire::Follow(std::shared_ptr<WakeFd> relay) {
  std::lock_guard<std::mutex> lock(unseen_mutex_);
  relay_ = std::move(relay);
}

// The thread that watches the relay may learn of its end after the main one has shown more.
bool Wire::Unheard() {
  if (keeping_) return true;
  std::lock_guard<std::mutex> lock(unseen_mutex_);
  if (!relay_) return false;
  pollfd life{relay_->fd(), POLLIN, 0};
  return ::poll(&life, 1, 0) > 0;
}

std::pair<std::deque<Unseen>, std::size_t> Wire::TakeUnseen() {
  std::lock_guard<std::mutex> lock(unseen_mutex_);
  unseen_bytes_ = 0;
  return {std::exchange(unseen_, {}), std::exchange(forgotten_, 0)};
}

void Wire::Remember(std::string_view type, std::string_view content, std::string_view parent) {
  constexpr std::string_view shown[] = {"stream", "display_data", "execute_result", "update_display_data", "error", "clear_output"};
  if (std::find(std::begin(shown), std::end(shown), type) == std::end(shown)) return;
  std::lock_guard<std::mutex> lock(unseen_mutex_);
  unseen_.push_back({std::string(type), std::string(content), std::string(parent)});
  for (unseen_bytes_ += content.size(); unseen_bytes_ > kMostUnseen && !unseen_.empty(); unseen_.pop_front()) {
    unseen_bytes_ -= unseen_.front().content.size();
    forgotten_ += unseen_.front().content.size();
  }
}

void Wire::Publish(const Draft& draft) {
  if (InForkedChild()) return;
  if (Unheard()) Remember(draft.type, draft.content, draft.parent);
  const std::string header = xeus::make_header(std::string(draft.type), user_, session_).dump();
  const std::string signature =
      authentication_->sign(Raw(header), Raw(draft.parent), Raw(draft.metadata), Raw(draft.content));
  zmq::multipart_t wire;
  for (std::string_view frame : {draft.type, std::string_view("<IDS|MSG>"), std::string_view(signature),
                                 std::string_view(header), draft.parent, draft.metadata, draft.content})
    wire.addmem(frame.data(), frame.size());
  for (std::string_view buffer : draft.buffers) wire.addmem(buffer.data(), buffer.size());
  SendPublished(std::move(wire));
}

void Wire::Publish(xeus::xpub_message message) {
  if (InForkedChild()) return;
  if (Unheard()) Remember(message.header().value("msg_type", ""), message.content().dump(-1, ' ', false, error_handler_), message.parent_header().dump());
  SendPublished(xeus::xzmq_serializer::serialize_iopub(std::move(message), *authentication_, error_handler_));
}

xeus::xmessage Wire::Parse(zmq::multipart_t& wire) const {
  return xeus::xzmq_serializer::deserialize(wire, *authentication_);
}

void Wire::Send(zmq::socket_t& socket, xeus::xmessage message) const {
  if (InForkedChild()) return;
  xeus::xzmq_serializer::serialize(std::move(message), *authentication_, error_handler_).send(socket);
}

xeus::xmessage Wire::Answer(const xeus::xmessage::guid_list& identities, const nl::json& request_header,
                            const std::string& type, nl::json content) const {
  return xeus::xmessage(identities, xeus::make_header(type, user_, session_), nl::json(request_header),
                        nl::json::object(), std::move(content), xeus::buffer_sequence());
}

}  // namespace ferry::engine
