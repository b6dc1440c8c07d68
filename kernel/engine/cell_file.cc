#include "kernel/engine/cell_file.h"

#include <unistd.h>

#include <filesystem>

#include "xeus/xsystem.hpp"

namespace ferry::engine {
namespace {

constexpr const char* kSuffix = ".py";

std::string Folder() { return std::filesystem::path(xeus::get_temp_directory_path()) / ("xpython_" + std::to_string(::geteuid())) / ""; }

}  // namespace

std::string CellFile(const std::string& code) { return xeus::get_cell_tmp_file(Folder(), code, kSuffix); }

nlohmann::json CellNaming() {
  return {{"hashMethod", "Murmur2"}, {"hashSeed", xeus::get_tmp_hash_seed()}, {"tmpFilePrefix", Folder()}, {"tmpFileSuffix", kSuffix}};
}

}  // namespace ferry::engine
