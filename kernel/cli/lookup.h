// The session that a verb was given, in the store of the settings.
#pragma once

#include <string>

#include "kernel/cli/settings.h"
#include "serializer/store/store.h"

namespace ferry::cli {

struct Found {
  store::Store store;
  std::string sid;
};

// `session`: whatever store::Store::Resolve takes. The errors of opening the store and of resolving.
Result<Found> FindSession(const Settings& settings, const std::string& session);

}  // namespace ferry::cli
