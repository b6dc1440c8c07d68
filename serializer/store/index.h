// index.json: which notebook (real path) has which session. It is read without a lock and replaced as a whole under one.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "serializer/store/layout.h"
#include "util/result.h"

namespace ferry::store {

using Index = std::map<std::string, std::string>;  // notebook -> SID

Result<Index> ReadIndex(const StoreFiles& files);  // empty where there is none; kCorrupt, kTooNew, kIo
// Lets `change` edit the index while nobody else does; an error of `change` leaves it as it was.
Result<void> ChangeIndex(const StoreFiles& files, const std::function<Result<void>(Index&)>& change);

}  // namespace ferry::store
