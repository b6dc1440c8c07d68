// What small files of sessions have in common: the dictionary with which their batches are packed (batch.h). It is part of the
// link's protocol: what changes here raises kLinkVersion.
#pragma once

#include <string>

namespace ferry::relay {

const std::string& Phrases();

// Parts of them: names of modules (phrases_modules.cc, phrases_sklearn.cc). Those with a dot in front belong to the package that was named last.
extern const char* const kImported;
extern const char* const kImportedBySklearn;

}  // namespace ferry::relay
