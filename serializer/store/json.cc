#include "serializer/store/json.h"

#include "util/file.h"

namespace ferry::store {

Result<Json> ReadObject(const std::string& path) {
  auto text = ReadFile(path);
  if (!text) return text.error();
  Json object = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Error{Code::kCorrupt, path + " is not a JSON object", "repair or remove that file"};
  return object;
}

std::string Dumped(const Json& object) {
  // Paths may hold bytes that are no UTF-8; the default handler would throw.
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<void> WriteObject(const std::string& path, const Json& object) { return Replace(path, Dumped(object)); }

std::string Text(const Json& object, const std::string& key) {
  auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace ferry::store
