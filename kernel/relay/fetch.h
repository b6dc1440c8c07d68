// Brings a session back that was suspended on another host: a program of its own (ferry-relay --fetch), since it may have
// to outlive the relay that starts it. It holds two links, to the harbour there and to one here, and may be run again
// whenever it was cut short: the session is given up there, in writing, only when all of it is here and on disk.
#pragma once

#include <string>

#include "util/result.h"

namespace ferry::relay {

// Blocks until the session is here. The error says why it is not, and is nobody's loss: it stays where it is.
Result<void> Fetch(const std::string& sid, const std::string& host, const std::string& python);

}  // namespace ferry::relay
