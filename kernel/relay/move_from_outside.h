// `jupyter ferry migrate SESSION HOST`, `attach` and `detach`: asks the relay that serves a session to move it. The relay is found by asking those
// of this user on this machine, over the control port of the connection file that each was started with.
#pragma once

#include "kernel/relay/wire.h"
#include "util/result.h"

namespace ferry::relay {

// `words`: {host, plan, policy, yes, force}. Blocks until the session has moved; the reply's content.
Result<json> MoveFromOutside(const std::string& sid, json words);

// `words`: {} or {detach: whether the engine goes on when the front end leaves}. {session, detached, state, file: the connection
// file of the relay}. For `jupyter ferry attach` and `detach`.
Result<json> FrontFromOutside(const std::string& sid, json words);

}  // namespace ferry::relay
