// What small files of sessions have in common: the dictionary with which their batches are packed (batch.h). It is part of the
// link's protocol: what changes here raises kLinkVersion.
#pragma once

#include <string>

namespace ferry::relay {

const std::string& Phrases();

extern const char* const kImported;  // a part of them: names of modules (phrases_modules.cc)

}  // namespace ferry::relay
