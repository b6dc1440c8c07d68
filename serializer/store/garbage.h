// What a session's folder holds that no generation needs.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "serializer/format/records.h"
#include "serializer/store/layout.h"
#include "util/digest.h"
#include "util/result.h"
#include "util/stop.h"

namespace ferry::store {

// The blobs that a generation needs, each once.
std::vector<Digest> BlobsOf(const format::Manifest& manifest);

// Removes blobs that neither a generation nor `kept` names, and images that are neither the newest nor of a generation with
// a label. Adds the bytes freed to `freed`, also where it fails; puts what is gone of the blobs into `gone`. Looks at `stop`
// before each (kAborted).
Result<void> CollectGarbage(const SessionFiles& files, const std::set<Digest>& kept, Stop& stop, std::uint64_t* freed,
                            std::vector<Digest>* gone);

// Removes the generations that policy.h has no use for any more.
Result<void> RemoveSuperseded(const SessionFiles& files);

}  // namespace ferry::store
