// A move of a session as the relay asks for it, and what comes of it (migration.h carries it out).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kernel/relay/engine.h"
#include "kernel/relay/link.h"
#include "kernel/relay/ssh.h"

namespace ferry::relay {

struct MoveWish {
  Host host;
  std::string policy = "cheapest";
  bool plan = false, force = false, yes = false, json = false;
  bool system = false;  // in a system image, whatever the plan says
  bool background = false;  // cells run at the source until all is ready for it
  bool reach = false;  // no move: an engine is started where the session is already
  Start start = Start::kWake;  // and why
};

enum class MoveState { kRunning, kPrecopy, kQuiesced, kShipped, kVerified, kHandedOver, kAborted };
const char* Name(MoveState state);

struct MoveOutcome {
  std::optional<Error> error;    // ABORTED
  json display;                  // mime bundle that tells what happened; null for none
  std::shared_ptr<Link> link;    // HANDED_OVER: of the harbour where the engine lives
  std::unique_ptr<Engine> engine;
  json opened;                   // what the harbour said of the store there
};

// What the relay does for a move. All callbacks come later, from the relay's loop.
struct MoveHands {
  std::function<void()> drain;  // lets no other cell begin: OnHeld() when none runs, OnDrained() when the source has read all that was sent
  std::function<void(json, std::function<void(json)>)> ask_source;  // ferry_move_request; content of the reply
  // The source stands still in an image, which carries copies of these mapped files, until the move has finished: what
  // ferry-image said. From then on ask_source is answered in its stead.
  std::function<void(const json&, std::function<void(json)>)> hold;
  std::function<void()> release;                                   // gives up the session's lock where the source is
  std::function<void(const std::string&)> progress;
  std::function<void(MoveOutcome)> finished;                       // the last call; the migration may be destroyed after it
};

// A test stops the relay at a named step of a move, does its harm, and lets it go on (SIGCONT). FERRY_MOVE_STOP names a
// file that holds the step.
void NamedFault(const char* step);

}  // namespace ferry::relay
