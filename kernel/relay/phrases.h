// What small files of sessions have in common: the dictionary with which their batches are packed (batch.h). It is part of the
// link's protocol: what changes here raises kLinkVersion.
#pragma once

#include <string_view>

namespace ferry::relay {

extern const std::string_view kPhrases;

}  // namespace ferry::relay
