#include "kernel/relay/engine_there.h"

#include <sys/wait.h>

namespace ferry::relay {
namespace {

constexpr std::chrono::milliseconds kPingEvery{50};

}  // namespace

void EngineThere::Start(json words) {
  started_ = true;
  words["op"] = "start";
  link_->Ask(std::move(words), [this](Parcel answer) {
    if (!over_) OnStarted(answer);
  });
}

void EngineThere::OnStarted(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return hands_.failed(ErrorOf(answer.head, ground_.host.text));
  stem_ = StringAt(answer.head, "stem");
  pid_ = answer.head.value("pid", -1);
}

void EngineThere::OnBound() {
  if (over_ || stem_.empty() || next_) return;
  if (ground_.host.home()) return Meet();
  std::vector<std::pair<std::string, std::string>> sockets;
  for (const char* end : {"-1", "-2", "-3", "-4"}) sockets.emplace_back(ground_.dir.Stem(ground_.number) + end, stem_ + end);
  auto words = SshForward(ground_.host, ground_.control, sockets);
  if (!words) return hands_.failed(words.error());
  Command command;
  command.argv = *words;
  command.environment = EnvironmentWith({});
  command.log = link_->log();
  auto pid = Spawn(command);
  if (!pid) return hands_.failed(pid.error());
  forward_ = *pid;
}

void EngineThere::OnChild() {
  if (forward_ <= 0) return;
  int status = 0;
  if (::waitpid(forward_, &status, WNOHANG) != forward_) return;
  forward_ = -1;
  if (over_) return;
  if (status != 0) return hands_.failed(ExplainSsh(ground_.host, link_->said()));
  Meet();
}

void EngineThere::Meet() {
  const std::string stem = ground_.host.home() ? stem_ : ground_.dir.Stem(ground_.number);
  next_ = Engine::Meet(ground_.context, ground_.front, stem, ground_.number, ground_.start, link_);
  next_->Lives(pid_);
  ground_.timers.Set(Timer::kMovePing, std::chrono::milliseconds(0));
}

void EngineThere::OnTimer() {
  if (!ground_.timers.Expired(Timer::kMovePing) || over_ || !next_) return;
  next_->Ping(ground_.author);
  ground_.timers.Set(Timer::kMovePing, kPingEvery);
}

void EngineThere::Seen(bool reply, bool status) {
  if (!next_->Seen(reply, status)) return;
  ground_.timers.Clear(Timer::kMovePing);
  ready_ = true;
  hands_.ready();
}

void EngineThere::Ask(json content, std::function<void(json)> then) {
  content["v"] = 1;
  auto made = Message::Parse(ground_.author.Make({}, "ferry_move_request", "{}", Text(content)));
  asked_[made->id()] = std::move(then);
  Send(next_->control, std::move(*made).Take());
}

void EngineThere::Stop() {
  over_ = true;
  ground_.timers.Clear(Timer::kMovePing);
}

void EngineThere::Drop() {
  Stop();
  next_.reset();
  link_.reset();
}

void EngineThere::AddItems(std::vector<PollItem>& items) {
  if (!next_) return;
  for (Socket* s : {&next_->iopub, &next_->shell, &next_->control}) items.push_back({s});
}

std::optional<Message> EngineThere::Next(Socket Engine::*socket) {
  auto frames = over_ || !next_ ? std::nullopt : Receive((*next_).*socket);
  return frames ? Message::Parse(std::move(*frames)) : std::nullopt;
}

void EngineThere::OnItems() {
  while (auto message = Next(&Engine::iopub)) {
    if (ground_.author.Wrote(message->parent_id())) Seen(false, true);
  }
  while (auto message = Next(&Engine::shell)) {
    if (message->Is("kernel_info_reply")) Seen(true, false);
  }
  while (auto message = Next(&Engine::control)) {
    auto asked = asked_.find(message->parent_id());
    if (asked == asked_.end()) continue;
    auto handler = std::move(asked->second);
    asked_.erase(asked);
    handler(message->Content());
  }
}

}  // namespace ferry::relay
