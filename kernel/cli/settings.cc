#include "kernel/cli/settings.h"

#include <charconv>
#include <cstdlib>
#include <set>

#include "serializer/store/json.h"

namespace ferry::cli {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

namespace {

std::string Expanded(const std::string& path) {
  return path == "~" || path.starts_with("~/") ? Environment("HOME") + path.substr(1) : path;
}

}  // namespace

std::string JupyterDataDir() {
  if (auto dir = Environment("JUPYTER_DATA_DIR"); !dir.empty()) return dir;
  auto data = Environment("XDG_DATA_HOME");
  return (data.empty() ? Expanded("~/.local/share") : data) + "/jupyter";
}

Result<std::uint64_t> ParseSize(const std::string& text, const std::string& where) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, text.data() + text.size());
  if (!unit.empty() && (unit.back() == 'B' || unit.back() == 'b')) unit.pop_back();
  if (!unit.empty() && unit.back() == 'i') unit.pop_back();
  const std::size_t power = unit.empty() ? 0 : std::string("KMGTkmgt").find(unit) % 4 + 1;
  if (error != std::errc() || unit.size() > 1 || number < 0 || number > 1e15 ||
      (!unit.empty() && std::string("KMGTkmgt").find(unit) == std::string::npos)) {
    return Error{Code::kInvalid, where + ": '" + text + "' is not a size",
                 "write bytes, or a number with K, M, G or T, as in 20G"};
  }
  return static_cast<std::uint64_t>(number * static_cast<double>(std::uint64_t{1} << (10 * power)));
}

Result<Settings> LoadSettings() {
  static const std::set<std::string> known = {"home", "session", "resume", "save", "quota", "log", "rehearse", "criu", "namespace", "suspend", "memory"};
  auto config = Environment("JUPYTER_CONFIG_DIR");
  const std::string path = (config.empty() ? Expanded("~/.jupyter") : config) + "/jupyter_ferry_config.json";
  auto file = store::ReadObject(path);
  if (!file && file.error().code != Code::kNotFound) return Error{Code::kInvalid, file.error().what, file.error().remedy};
  store::Json given = file ? *file : store::Json::object();
  for (const auto& [key, value] : given.items()) {
    if (!known.contains(key)) {
      return Error{Code::kInvalid, path + ": unknown " + key,
                   "known are home, session, resume, save, quota, log, rehearse, criu, namespace, suspend, memory"};
    }
  }
  auto value = [&](const std::string& key, const char* variable) {
    auto set = Environment(variable);
    if (!set.empty() || !given.contains(key)) return set;
    return given[key].is_string() ? given[key].get<std::string>() : given[key].dump();
  };
  Settings settings;
  settings.home = Expanded(value("home", "FERRY_HOME"));
  if (settings.home.empty()) settings.home = JupyterDataDir() + "/ferry";
  settings.criu = value("criu", "FERRY_CRIU");
  settings.own_namespace = value("namespace", "FERRY_NAMESPACE") == "own";
  if (auto quota = value("quota", "FERRY_QUOTA"); !quota.empty()) {
    auto bytes = ParseSize(quota, Environment("FERRY_QUOTA").empty() ? path + ": quota" : "FERRY_QUOTA");
    if (!bytes) return bytes.error();
    settings.quota = *bytes;
  }
  return settings;
}

}  // namespace ferry::cli
