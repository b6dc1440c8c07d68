// What the user configured, as far as the command line needs it: environment over file over default (docs/interfaces.md,
// "Configuration").
#pragma once

#include <cstdint>
#include <string>

#include "util/result.h"

namespace ferry::cli {

struct Settings {
  std::string home;
  std::uint64_t quota = std::uint64_t{20} << 30;
  std::string criu;  // "": found on PATH
  bool own_namespace = false;  // engines start in a user namespace of their own
};

Result<Settings> LoadSettings();  // kInvalid names the setting, its place and what is allowed

// Bytes of "20G", "512M", "1000"; kInvalid.
Result<std::uint64_t> ParseSize(const std::string& text, const std::string& where);

std::string Environment(const char* name);  // "" where it is not set
std::string JupyterDataDir();

}  // namespace ferry::cli
