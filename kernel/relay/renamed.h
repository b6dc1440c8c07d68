// Notebooks that got another path. Their file stays the same one, by its number (inode), which the engine notes in session.json;
// since a new file may have the number of one that was removed, a cell in common is asked for as well.
#pragma once

#include <optional>
#include <string>

#include "serializer/store/store.h"

namespace ferry::relay {

// The session of the notebook that has this path since it was renamed. nullopt: none. Reads session.json of every session.
std::optional<std::string> RenamedTo(const store::Store& store, const std::string& notebook);

// Whether the session, which a kernel holds, belongs to a notebook that was renamed meanwhile, while the one at its old path is new.
bool IsOfRenamed(const store::Store& store, const std::string& sid, const std::string& notebook);

}  // namespace ferry::relay
