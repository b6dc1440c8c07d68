// How the relay speaks to front ends: replies with their busy and idle statuses, errors, streams.
#pragma once

#include "kernel/relay/front.h"
#include "kernel/relay/queue.h"

namespace ferry::relay {

class Voice {
 public:
  Voice(Front& front, Author& author) : front_(front), author_(author) {}

  // `parent`: raw header of the message that caused it, "{}" for none.
  void Publish(std::string_view type, std::string_view parent, const json& content);
  void Status(const char* state, std::string_view parent) { Publish("status", parent, {{"execution_state", state}}); }

  // Replies on `channel` (front.shell or front.control) without statuses. `content` is JSON text.
  void Reply(Socket& channel, const Sent& request, std::string_view content);

  // Busy, the reply, idle. If a cell runs meanwhile, its busy is said again, since a front end takes the last status as
  // the kernel's.
  void Answer(Socket& channel, const Sent& request, std::string_view content, const Sent* running);

  // The same where no engine can serve the request: `content` is of NoEngine(). A cell shows it as its error.
  void Refuse(Socket& channel, const Sent& request, const json& content, const Sent* running);

  // The error message of a cell: what its reply says.
  void Error(const Sent& cell, const json& content);

 private:
  Front& front_;
  Author& author_;
};

}  // namespace ferry::relay
