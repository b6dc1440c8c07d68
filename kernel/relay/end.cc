#include "kernel/relay/end.h"

#include <poll.h>

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kAnswer{120};

}  // namespace

Result<Command> HarbourOf(const Host& host, const std::string& stem, const std::string& python, const std::string& from) {
  Command command;
  if (host.home()) {
    command.argv = {ProgramPath(), "--harbour", "--python", python};
  } else {
    auto words = SshHarbour(host, stem + "c", python.substr(0, python.rfind('/')) + "/jupyter-ferry", from);
    if (!words) return words.error();
    command.argv = *words;
  }
  command.environment = EnvironmentWith({std::string(kHarbourOf) + "=" + from});
  command.log = stem + ".log";
  return command;
}

Result<json> End::Reach(const Host& host, const std::string& dir, const std::string& python) {
  auto command = HarbourOf(host, dir + (host.home() ? "/here" : "/there"), python);
  if (!command) return command.error();
  auto link = Link::Open(std::move(*command));
  if (!link) return link.error();
  link_ = std::move(*link);
  std::optional<json> hello;
  link_->on_event([&hello](Parcel p) { hello = p.head; });
  bool greeted = Turn([&] { return hello.has_value(); }, kGreet);
  link_->on_event([](Parcel) {});
  if (!greeted) return ExplainSsh(host, link_->said());
  return *hello;
}

Result<json> End::Ask(json head, std::string_view body, const std::function<Result<void>(const Parcel&)>& each) {
  if (!sid_.empty()) head["session"] = sid_;
  std::optional<json> last;
  Result<void> taken;
  link_->Ask(std::move(head), [&](Parcel p) {
    if (taken && each && FlagAt(p.head, "ok", false)) taken = each(p);
    if (!FlagAt(p.head, "more", false)) last = p.head;
  }, body);
  if (!Turn([&] { return last.has_value(); }, kAnswer)) return Error{Code::kIo, "the wire to " + name_ + " was cut", ""};
  if (!taken) return taken.error();
  return *last;
}

Result<json> End::Must(json head) {
  auto answer = Ask(std::move(head));
  if (answer && !FlagAt(*answer, "ok", false)) return Refusal(*answer);
  return answer;
}

Error End::Refusal(const json& answer) const {
  return {StringAt(answer, "code") == Name(Code::kNotFound) ? Code::kNotFound : Code::kIo, name_ + ": " + StringAt(answer, "what"),
          StringAt(answer, "remedy")};
}

bool End::Turn(const std::function<bool()>& done, seconds most) {
  auto heard = Clock::now();
  while (!done()) {
    if (!link_->open() || Clock::now() - heard > most) return false;
    pollfd fds[] = {{link_->in(), POLLIN, 0}, {link_->out(), static_cast<short>(link_->wants_to_write() ? POLLOUT : 0), 0}};
    if (::poll(fds, 2, 1000) <= 0) continue;
    heard = Clock::now();
    link_->OnWritable();
    if (fds[0].revents) link_->OnReadable();
  }
  return true;
}

}  // namespace ferry::relay
