// What a harbour's host has and can.
#pragma once

#include <string>

#include "kernel/relay/runtime_dir.h"
#include "kernel/relay/wire.h"
#include "util/result.h"

namespace ferry::relay {

// What kernel/session/facts.py says, run by the Python that engines would run in; `wish`: packages, files. Blocks.
Result<json> HostFacts(const RuntimeDir& dir, const std::string& python, const json& wish);

// Whether an image that says this of its host could come back here, and which mapped files it had to bring along: {carry}.
Result<json> ImageFits(const json& said);

}  // namespace ferry::relay
