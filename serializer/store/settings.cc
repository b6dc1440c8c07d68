#include "serializer/store/settings.h"

#include <cctype>
#include <cstdlib>

#include "serializer/store/json.h"

namespace ferry::store {
namespace {

std::string Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

std::string Expanded(const std::string& path) {
  return path == "~" || path.starts_with("~/") ? Environment("HOME") + path.substr(1) : path;
}

std::string Or(const std::string& value, const std::string& otherwise) { return value.empty() ? otherwise : value; }

}  // namespace

std::string Setting(const std::string& key) {
  std::string name = "FERRY_";
  for (char c : key) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (const char* value = std::getenv(name.c_str())) return value;
  auto file = ReadObject(Expanded(Or(Environment("JUPYTER_CONFIG_DIR"), "~/.jupyter")) + "/jupyter_ferry_config.json");
  return file ? Text(*file, key) : "";
}

std::string ConfiguredHome() {
  std::string data = Environment("JUPYTER_DATA_DIR");
  if (data.empty()) data = Or(Environment("XDG_DATA_HOME"), "~/.local/share") + "/jupyter";
  return Expanded(Or(Setting("home"), data + "/ferry"));
}

}  // namespace ferry::store
