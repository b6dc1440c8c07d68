// What a session would find at the other end of a link, and how fast the wire is: asked before each plan.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kernel/relay/link.h"
#include "kernel/relay/timers.h"

namespace ferry::relay {

class Survey {
 public:
  struct Hands {
    std::function<void()> examines;       // the target is asked what it has, which takes a while
    std::function<void()> done;           // facts() and bandwidth() are those of this pack
    std::function<void(Error)> failed;
  };
  // `host`: for messages. `largest`: the wire is measured as well as it can be.
  Survey(Link& link, std::string host, bool largest, Hands hands)
      : link_(link), host_(std::move(host)), largest_(largest), hands_(std::move(hands)) {}

  // `pack`: what the source said of the session. What is known from an earlier call is not asked again.
  void Look(const json& pack);
  void Stop() { over_ = true; }  // the link may go

  const json& facts() const { return facts_; }
  double bandwidth() const { return bandwidth_; }  // bytes a second

 private:
  void Ask(json head, void (Survey::*then)(const Parcel&), std::string_view body = {});
  void OnFacts(const Parcel& answer);
  void AskFits();
  void OnFits(const Parcel& answer);
  void Measure();
  void OnEcho(const Parcel& answer);

  Link& link_;
  std::string host_;
  bool largest_, over_ = false;
  Hands hands_;
  json pack_, asked_, facts_;  // facts_: the answer to asked_
  Timers::Clock::time_point measured_;
  int echoes_ = 0;
  std::size_t echo_ = kPiece;  // bytes of each
  double bandwidth_ = 0;
};

}  // namespace ferry::relay
