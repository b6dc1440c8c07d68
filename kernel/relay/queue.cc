#include "kernel/relay/queue.h"

#include "util/check.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kNameLength = 60;  // characters of a cell's first line in reports

std::string FirstLine(const std::string& code) {
  std::size_t begin = code.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  std::string line = code.substr(begin, code.find('\n', begin) - begin);
  if (line.size() > kNameLength) {
    std::size_t end = kNameLength;
    while (end > 0 && (line[end] & 0xC0) == 0x80) --end;  // not inside a UTF-8 sequence
    line = line.substr(0, end) + "...";
  }
  return line;
}

}  // namespace

Sent Keep(const Message& request) {
  Sent sent;
  sent.identities = request.Identities();
  sent.id = request.id();
  sent.type = request.type();
  sent.header = request.header();
  if (request.Is("execute_request")) {
    json content = request.Content();
    sent.cell = FirstLine(StringAt(content, "code"));
    sent.stop_on_error = FlagAt(content, "stop_on_error", true);
    sent.silent = FlagAt(content, "silent", false);
  }
  return sent;
}

Sent Running(const json& cell) {
  Sent sent;
  const json header = cell.value("header", json::object());
  sent.id = StringAt(header, "msg_id");
  sent.type = "execute_request";
  sent.header = Text(header);
  sent.cell = FirstLine(StringAt(cell, "code"));
  sent.execution_count = cell.value("execution_count", 0);
  return sent;
}

std::vector<Sent> Owed::TakeAll() {
  std::vector<Sent> all;
  for (auto& [id, sent] : requests_) all.push_back(std::move(sent));
  requests_.clear();
  return all;
}

std::optional<Message> Queue::Next() {
  if (waiting_.empty()) return std::nullopt;
  bool execute = waiting_.front().Is("execute_request");
  if (execute && running_) return std::nullopt;
  Message next = std::move(waiting_.front());
  waiting_.pop_front();
  if (execute) {
    running_ = Keep(next);
    unbegun_ = next.Copy();
  } else if (next.IsRequest()) {
    others_.Note(next);
  }
  return next;
}

Sent Queue::Finish() {
  CHECK(running_.has_value());
  Sent sent = std::move(*running_);
  running_.reset();
  unbegun_.reset();
  return sent;
}

void Queue::TakeBack() {
  if (!unbegun_) return;
  waiting_.push_front(std::move(*std::exchange(unbegun_, std::nullopt)));
  running_.reset();
}

std::vector<Message> Queue::TakeExecutes() {
  std::vector<Message> executes;
  std::deque<Message> rest;
  for (Message& m : waiting_) {
    if (m.Is("execute_request")) executes.push_back(std::move(m));
    else rest.push_back(std::move(m));
  }
  waiting_ = std::move(rest);
  return executes;
}

std::deque<Message> Queue::TakeAll() { return std::exchange(waiting_, {}); }

}  // namespace ferry::relay
