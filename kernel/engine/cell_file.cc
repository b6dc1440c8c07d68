#include "kernel/engine/cell_file.h"

#include <unistd.h>

#include <filesystem>

#include "xeus/xsystem.hpp"

namespace ferry::engine {
namespace {

constexpr const char* kSuffix = ".py";

// JupyterLab's debugger shows a file as "Cell [3]" only where its path has this word in it, and numba keeps what it compiles from a cell
// (`cache=True`) only where the name of the folder begins with it.
constexpr const char* kWord = "ipykernel_";

std::string Folder() {
  return std::filesystem::path(xeus::get_temp_directory_path()) / (std::string(kWord) + "ferry_" + std::to_string(::geteuid())) / "";
}

}  // namespace

std::string CellFile(const std::string& code) { return xeus::get_cell_tmp_file(Folder(), code, kSuffix); }

nlohmann::json CellNaming() {
  return {{"hashMethod", "Murmur2"}, {"hashSeed", xeus::get_tmp_hash_seed()}, {"tmpFilePrefix", Folder()}, {"tmpFileSuffix", kSuffix}};
}

}  // namespace ferry::engine
