#include "kernel/relay/renamed.h"

#include <sys/stat.h>

#include <cstdint>

#include "kernel/relay/image_choice.h"
#include "kernel/relay/wire.h"
#include "serializer/store/json.h"
#include "util/file.h"
#include "util/lock.h"

namespace ferry::relay {
namespace {

std::optional<std::uint64_t> NumberOf(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 ? std::optional<std::uint64_t>(status.st_ino) : std::nullopt;
}

std::optional<std::uint64_t> NotedIn(const store::Json& info) {
  const auto noted = info.find("file");
  return noted != info.end() && noted->is_number_unsigned() ? std::optional(noted->get<std::uint64_t>()) : std::nullopt;
}

}  // namespace

std::optional<std::string> RenamedTo(const store::Store& store, const std::string& notebook) {
  const auto number = NumberOf(notebook);
  auto names = List(store.files().Sessions());
  if (!number || !names) return std::nullopt;
  for (const auto& sid : *names) {
    const store::SessionFiles files = store.files().Session(sid);
    auto info = store::IsSid(sid) ? store::ReadObject(files.Info()) : Result<store::Json>(store::Json::object());
    if (!info || NotedIn(*info) != number) continue;
    const std::string old = StringAt(*info, "notebook");
    if (!old.empty() && NumberOf(old) != number && SharesCell(files, notebook)) return sid;
  }
  return std::nullopt;
}

bool IsOfRenamed(const store::Store& store, const std::string& sid, const std::string& notebook) {
  const store::SessionFiles files = store.files().Session(sid);
  if (!FileLock::Held(files.Lock())) return false;
  auto info = store::ReadObject(files.Info());
  const auto noted = info ? NotedIn(*info) : std::nullopt;
  return noted && noted != NumberOf(notebook) && !SharesCell(files, notebook);
}

}  // namespace ferry::relay
