#include "kernel/cli/lookup.h"

#include <utility>

namespace ferry::cli {

Result<Found> FindSession(const Settings& settings, const std::string& session) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return store.error();
  auto sid = store->Resolve(session);
  if (!sid) return sid.error();
  return Found{std::move(*store), std::move(*sid)};
}

}  // namespace ferry::cli
