// JSON files of the store: a damaged one is an Error with its path, never an exception.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "util/result.h"

namespace ferry::store {

using Json = nlohmann::json;

Result<Json> ReadObject(const std::string& path);               // kNotFound, kCorrupt, kIo
std::string Dumped(const Json& object);                         // as the store's files have it
Result<void> WriteObject(const std::string& path, const Json& object);  // replaced as a whole

// A text field of an object; "" where it is missing or no text.
std::string Text(const Json& object, const std::string& key);

}  // namespace ferry::store
