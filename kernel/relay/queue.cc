#include "kernel/relay/queue.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "kernel/relay/members.h"
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

void NameCode(Sent& sent, const std::string& code) {
  sent.cell = FirstLine(code);
  sent.code = std::hash<std::string>()(code);
}

}  // namespace

Sent Keep(const Message& request) {
  Sent sent;
  sent.identities = request.Identities();
  sent.id = request.id();
  sent.type = request.type();
  sent.header = request.header();
  if (request.Is("execute_request")) {
    EachMember(request.content_text(), [&](std::string_view name, std::string_view value) {
      if (name == "code") NameCode(sent, Unquoted(value));
      else if (name == "stop_on_error") sent.stop_on_error = value != "false";
      else if (name == "silent") sent.silent = value == "true";
    });
  }
  return sent;
}

Sent Running(const json& cell) {
  Sent sent;
  const json header = cell.value("header", json::object());
  sent.id = StringAt(header, "msg_id");
  sent.type = "execute_request";
  sent.header = Text(header);
  NameCode(sent, StringAt(cell, "code"));
  sent.execution_count = cell.value("execution_count", 0);
  return sent;
}

void Owed::Answered(const std::string& id) {
  std::erase_if(requests_, [&](const Message& request) { return request.id() == id; });
}

std::optional<Message> Queue::Next() {
  if (waiting_.empty()) return std::nullopt;
  bool execute = waiting_.front().Is("execute_request");
  if (execute && running_) return std::nullopt;
  Message next = std::move(waiting_.front());
  waiting_.pop_front();
  if (execute) {
    running_ = Keep(next);
    begun_ = false;
  }
  if (next.IsRequest()) owed_.Note(next);
  return next;
}

Sent Queue::Finish() {
  CHECK(running_.has_value());
  Sent sent = std::move(*running_);
  running_.reset();
  owed_.Answered(sent.id);
  return sent;
}

void Queue::TakeBack() {
  if (!running_ || begun_) return;
  std::vector<Message> owed = owed_.TakeAll();
  for (Message& request : owed) {
    if (request.id() == running_->id) waiting_.push_front(std::move(request));
    else owed_.Note(request);
  }
  running_.reset();
}

void Queue::TakeAllBack() {
  std::vector<Message> owed = owed_.TakeAll();
  if (running_ && std::none_of(owed.begin(), owed.end(), [&](const Message& request) { return request.id() == running_->id; })) {
    for (const Message& request : owed) owed_.Note(request);  // of an engine that was taken over: its cell cannot be sent again
    return;
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(owed.begin()), std::make_move_iterator(owed.end()));
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
