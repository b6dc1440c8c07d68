// How another host is reached: by the user's own ssh program, with the user's keys, agent and configuration. It never asks
// (BatchMode) and never accepts a host key. One connection serves a host: its first process is the master, runs the harbour
// and carries the link; the sockets of the engine there are forwarded through it later.
#pragma once

#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::relay {

// user@host[:port], [::1]:2222, or "home": the machine of the relay itself.
struct Host {
  std::string text, destination, port;  // port "": ssh's own choice
  bool home() const { return text == kHome; }
  static constexpr const char* kHome = "home";
};

// kInvalid for what could be taken for an option or is no host.
Result<Host> ParseHost(const std::string& text);

// Runs the harbour of `host`. `control`: path of the socket of the connection; `program`: where jupyter-ferry lies here,
// tried there after PATH and ~/.local/bin; `from`: who asks, for kHarbourOf.
Result<std::vector<std::string>> SshHarbour(const Host& host, const std::string& control, const std::string& program, const std::string& from);

// The environment variable by which a harbour is known as that of one relay.
inline constexpr const char* kHarbourOf = "FERRY_HARBOUR_OF";

// Forwards local unix sockets to remote ones through the connection at `control`: pairs (local, remote).
Result<std::vector<std::string>> SshForward(const Host& host, const std::string& control,
                                            const std::vector<std::pair<std::string, std::string>>& sockets);

// Why a link to `host` ended before its harbour spoke, from what ssh said, with what to do about it.
Error ExplainSsh(const Host& host, const std::string& said);

}  // namespace ferry::relay
