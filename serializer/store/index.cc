#include "serializer/store/index.h"

#include "serializer/format/frame.h"
#include "serializer/store/json.h"
#include "util/file.h"
#include "util/lock.h"

namespace ferry::store {

Result<Index> ReadIndex(const StoreFiles& files) {
  auto object = ReadObject(files.Index());
  if (!object && object.error().code == Code::kNotFound) return Index{};
  if (!object) return object.error();
  if (object->value("version", Json()) != format::kVersion) {
    return Error{Code::kTooNew, files.Index() + " was written by another version of Kernelferry", "update Kernelferry"};
  }
  Index index;
  const Json notebooks = object->value("notebooks", Json::object());
  for (const auto& [notebook, sid] : notebooks.items()) {
    if (sid.is_string()) index[notebook] = sid.get<std::string>();
  }
  return index;
}

Result<void> ChangeIndex(const StoreFiles& files, const std::function<Result<void>(Index&)>& change) {
  if (auto r = MakeDirectory(files.Home()); !r) return r;
  auto lock = FileLock::Wait(files.IndexLock());
  if (!lock) return lock.error();
  auto index = ReadIndex(files);
  if (!index) return index.error();
  if (auto r = change(*index); !r) return r;
  return WriteObject(files.Index(), {{"version", format::kVersion}, {"notebooks", *index}});
}

}  // namespace ferry::store
