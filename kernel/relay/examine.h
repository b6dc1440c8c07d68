// What another host is and can, for `jupyter ferry doctor HOST`.
#pragma once

#include "kernel/relay/wire.h"
#include "util/result.h"

namespace ferry::relay {

// {version, host, python, home, cores, memory, disk, system, bandwidth (bytes a second), latency (seconds)}. Blocks.
Result<json> Examine(const std::string& host, const std::string& python);

}  // namespace ferry::relay
