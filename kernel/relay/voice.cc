#include "kernel/relay/voice.h"

namespace ferry::relay {
namespace {

// Takes copies: a request's identities may be used for several messages.
Frames Copy(const Frames& frames) {
  Frames copies;
  for (const zmq::message_t& f : frames) copies.emplace_back(f.data(), f.size());
  return copies;
}

std::string ReplyType(const std::string& request) {
  return request.substr(0, request.rfind("_request")) + "_reply";
}

}  // namespace

void Voice::Publish(std::string_view type, std::string_view parent, const json& content) {
  std::string topic = "kernel." + author_.session() + "." + std::string(type);
  Frames address;
  address.emplace_back(topic.data(), topic.size());
  Send(front_.iopub, author_.Make(std::move(address), type, parent, Text(content)));
}

void Voice::Reply(Socket& channel, const Sent& request, std::string_view content) {
  Send(channel, author_.Make(Copy(request.identities), ReplyType(request.type), request.header, content));
}

void Voice::Answer(Socket& channel, const Sent& request, std::string_view content, const Sent* running) {
  Status("busy", request.header);
  Reply(channel, request, content);
  Status("idle", request.header);
  if (running) Status("busy", running->header);
}

void Voice::Refuse(Socket& channel, const Sent& request, const json& content, const Sent* running) {
  Status("busy", request.header);
  if (request.type == "execute_request") Error(request, content);
  Reply(channel, request, Text(content));
  Status("idle", request.header);
  if (running) Status("busy", running->header);
}

void Voice::Error(const Sent& cell, const json& content) {
  if (cell.silent) return;
  Publish("error", cell.header,
          {{"ename", content["ename"]}, {"evalue", content["evalue"]}, {"traceback", content["traceback"]}});
}

}  // namespace ferry::relay
