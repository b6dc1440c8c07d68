// Requests on shell: received, dispatched and answered, one after the other.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <utility>

#include "kernel/engine/server.h"

namespace ferry::engine {
namespace {

bool IsForPython(const std::string& type) { return type.starts_with("comm_"); }

xeus::xmessage WithContent(const xeus::xmessage& message, nl::json content) {
  return xeus::xmessage(message.identities(), nl::json(message.header()), nl::json(message.parent_header()),
                        nl::json(message.metadata()), std::move(content), xeus::buffer_sequence());
}

}  // namespace

bool Server::Receive(zmq::multipart_t& wire) {
  if (!wire.recv(wire_.shell, ZMQ_DONTWAIT)) return false;
  for (std::size_t i = 0; i + 2 < wire.size(); ++i) {
    if (wire[i].to_string_view() == "<IDS|MSG>") received_ = wire[i + 2].to_string();
  }
  return true;
}

void Server::ServeOne() {
  zmq::multipart_t wire;
  if (!waiting_.empty()) {
    wire = std::move(waiting_.front());
    waiting_.pop_front();
  } else if (!Receive(wire)) {
    return;
  }
  try {
    xeus::xmessage message = wire_.Parse(wire);
    std::string type = message.header().value("msg_type", "");
    request_ = {message.identities(), message.header(), false};
    Dispatch(type, std::move(message));
  } catch (std::exception& error) {
    std::cerr << "unreadable message on shell: " << error.what() << std::endl;
  }
  if (abort_) AbortWaiting();
}

void Server::Dispatch(const std::string& type, xeus::xmessage message) {
  std::string fault = "no answer to " + type;
  dispatching_ = true;
  runs_ = type == "execute_request";
  try {
    const std::string header = message.header().dump();
    if (type == "execute_request") {
      stop_on_error_ = message.content().value("stop_on_error", true) && !message.content().value("silent", false);
      outputs_.SetCurrent(header);
    }
    execution_count_ = main_.attr("enter")(type, header, message.metadata().dump(), message.content().value("silent", false),
                                           message.content().value("store_history", true)).cast<int>();
    if (type == "execute_request") {
      std::lock_guard<std::mutex> lock(running_mutex_);
      running_ = {{"header", message.header()}, {"code", message.content().value("code", "")}, {"execution_count", execution_count_},
                  {"silent", message.content().value("silent", false)}};
      memory_due_.Arm(kMemoryEvery);
      if (message.content().value("allow_stdin", true)) questions_.Ask(Questions::Cell{message.identities(), message.header()});
    }
    if (IsForPython(type)) AnswerInPython(type, message);
    else notify_shell_listener(std::move(message));
  } catch (std::exception& error) {
    fault = error.what();
  }
  if (InForkedChild()) ::_exit(0);  // os.fork() in a cell: the child has come to the cell's end
  const std::string reply = ReplyType(type);
  if (!request_.answered && !reply.empty())
    send_shell(wire_.Answer(request_.identities, request_.header, reply,
                            {{"status", "error"}, {"ename", "KernelError"}, {"evalue", fault}, {"traceback", nl::json::array()}}));
  for (;;) {
    try {
      main_.attr("leave")();
      memory_due_.Arm(0);
      debugger_.CellIsOver();
      served_ = std::chrono::steady_clock::now().time_since_epoch().count();
      dispatching_ = runs_ = false;
      if (!orphan_) wire_.Keep(false);  // asked last: a relay that attaches just now finds either no cell, or is seen here
      return;
    } catch (py::error_already_set&) {  // an interrupt that came late
    }
  }
}

void Server::AnswerInPython(const std::string& type, const xeus::xmessage& message) {
  PublishStatus("busy", request_.header);
  try {
    py::list buffers;
    for (const xeus::binary_buffer& buffer : message.buffers()) buffers.append(py::bytes(buffer.data(), buffer.size()));
    py::object answer = main_.attr("answer")(type, message.header().dump(), message.metadata().dump(),
                                             message.content().dump(), buffers);
    if (!answer.is_none())
      send_shell(wire_.Answer(request_.identities, request_.header, ReplyType(type),
                              nl::json::parse(answer.cast<std::string>())));
  } catch (...) {
    PublishStatus("idle", request_.header);
    throw;
  }
  PublishStatus("idle", request_.header);
}

// What waited when a cell failed is aborted; what the client sends after it has seen the error is not. So the queue is
// taken before the error reply goes out (send_shell_impl), and answered after it.
void Server::AbortWaiting() {
  abort_ = false;
  for (zmq::multipart_t& wire : std::exchange(waiting_, {})) {
    try {
      zmq::multipart_t copy = wire.clone();
      const xeus::xmessage message = wire_.Parse(copy);
      if (message.header().value("msg_type", "") != "execute_request") {
        waiting_.push_back(std::move(wire));
        continue;
      }
      PublishStatus("busy", message.header());
      wire_.Send(wire_.shell, wire_.Answer(message.identities(), message.header(), "execute_reply", {{"status", "aborted"}}));
      PublishStatus("idle", message.header());
    } catch (std::exception& error) {
      std::cerr << "unreadable message on shell: " << error.what() << std::endl;
    }
  }
}

void Server::send_shell_impl(xeus::xmessage message) {
  if (InForkedChild()) return;
  outputs_.Drain();
  outputs_.Flush();
  request_.answered = true;
  runs_ = false;
  if (message.header().value("msg_type", "") == "execute_reply") {
    questions_.Ask(std::nullopt);
    nl::json content = message.content();
    content["execution_count"] = execution_count_;  // xeus counts for itself and cannot be told; IPython's is the truth
    abort_ = stop_on_error_ && content.value("status", "") == "error";
    message = WithContent(message, std::move(content));
    zmq::multipart_t wire;
    while (abort_ && ShellReady() && Receive(wire)) waiting_.push_back(std::exchange(wire, {}));
    std::lock_guard<std::mutex> lock(running_mutex_);
    running_ = nullptr;
  }
  wire_.Send(wire_.shell, std::move(message));
}

}  // namespace ferry::engine
