// One end of a link for programs that do nothing else meanwhile: asks one question and waits for its answer.
#pragma once

#include <chrono>

#include "kernel/relay/link.h"
#include "kernel/relay/ssh.h"

namespace ferry::relay {

// From the call of ssh to the hello of the harbour. A login shell may take its time (pyenv waits up to a minute for its
// lock); ssh itself finds out in 15 s that nobody is there.
inline constexpr std::chrono::seconds kGreet{100};

class End {
 public:
  // `sid` goes with every question; "" where none is meant.
  End(std::string name, std::string sid) : name_(std::move(name)), sid_(std::move(sid)) {}

  // Blocks until the harbour has said hello; its hello. `dir` holds the connection's socket and log.
  Result<json> Reach(const Host& host, const std::string& dir, const std::string& python);

  // The answers to one question; the last is the one without "more". kIo: the wire was cut.
  Result<json> Ask(json head, std::string_view body = {}, const std::function<Result<void>(const Parcel&)>& each = {});
  // The same where a refusal is an error.
  Result<json> Must(json head);
  Error Refusal(const json& answer) const;

  const std::string& name() const { return name_; }

 private:
  bool Turn(const std::function<bool()>& done, std::chrono::seconds most);

  std::string name_, sid_;
  std::unique_ptr<Link> link_;
};

// What starts the harbour of `host`: ssh, or for home the program itself. `stem`: of the connection's socket and the log;
// `from`: the relay that asks, whose earlier harbour gives way.
Result<Command> HarbourOf(const Host& host, const std::string& stem, const std::string& python, const std::string& from = "");

}  // namespace ferry::relay
