// The contents of what the relay says itself. Pure: facts in, JSON out.
#pragma once

#include <string>

#include "kernel/relay/process.h"
#include "kernel/relay/queue.h"

namespace ferry::relay {

// For a front end that asks before any engine has answered: true of every engine we start, without its patch version.
json FallbackKernelInfo();

std::string NameOf(const Sent& cell);  // "cell [3] (first line)"

// How a running cell ended with its engine. `times`: how many it has ended; `where`: CrashedIn(); `next`: what happens now,
// a sentence. A reply and an `error` message share this content.
json EngineDied(const Sent& cell, const Ending& ending, int times, const std::string& where, const std::string& next);

// The reply to any request that no engine can serve; `why` is a sentence, `log` the end of the engine's log or "".
json NoEngine(const Sent& request, const std::string& why, const std::string& log);

// The reply to a request whose parts are not the JSON objects of the protocol.
json Unreadable(const Message& request);

// The reply to a request that was written for the relay before this one.
json ForAnother(const Message& request);

// The answer to a debugger's question whether it is attached: no.
json NoDebugger(const json& request);

json ControlError(const char* code, const std::string& what, const std::string& remedy);

}  // namespace ferry::relay
