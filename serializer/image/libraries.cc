#include "serializer/image/libraries.h"

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "serializer/image/bundle.h"
#include "util/file.h"

namespace ferry::image {
namespace {

namespace fs = std::filesystem;

// Folders of installed software: nobody works in them.
bool OfSoftware(const std::string& folder) {
  for (const char* above : {"/usr/", "/lib/", "/lib64/", "/opt/"}) {
    if ((folder + "/").starts_with(above)) return true;
  }
  return (folder + "/").find("/site-packages/") != std::string::npos || (folder + "/").find("/lib/python3") != std::string::npos;
}

Error Failed(const std::string& what, const std::string& where) {
  return {Code::kIo, "cannot " + what + " " + where + ": " + std::strerror(errno), ""};
}

}  // namespace

Result<std::string> PlaceFor(const format::MappedFile& file) {
  const std::string& path = file.path;
  const bool here = Exists(path);
  fs::path folder = fs::path(path).parent_path();
  if (here && (!file.build_id.empty() || OfSoftware(folder.string()))) return path;
  if (here) return Error{Code::kRefused, path + ", which the session has mapped, is another file here", "copy it from the host that the session is on"};
  while (folder.has_relative_path() && !Exists(folder.string())) folder = folder.parent_path();
  if (OfSoftware(folder.string())) return folder.string();
  return Error{Code::kRefused, path + ", which the session has mapped, is not here", "copy it from the host that the session is on"};
}

Result<void> PutLibraries(const format::Bundle& bundle, const std::string& images, const std::string& scratch) {
  std::vector<const format::MappedFile*> carried;
  for (std::size_t i : Lacking(bundle)) {
    if (!bundle.mapped[i].carried.empty()) carried.push_back(&bundle.mapped[i]);
  }
  if (carried.empty()) return {};
  if (auto made = MakeDirectory(scratch); !made) return made;
  if (::mount("ferry", scratch.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") != 0) return Failed("mount memory at", scratch);
  std::set<std::string> covered;
  std::size_t number = 0;
  for (const auto* file : carried) {
    auto place = PlaceFor(*file);
    if (!place) return place.error();
    std::error_code failed;
    if (*place == file->path) {
      const std::string copy = scratch + "/" + std::to_string(number++);
      fs::copy_file(images + "/" + file->carried, copy, failed);
      if (failed) return Error{Code::kIo, "cannot copy to " + copy + ": " + failed.message(), ""};
      fs::permissions(copy, fs::perms(0755), failed);
      if (::mount(copy.c_str(), place->c_str(), nullptr, MS_BIND, nullptr) != 0) return Failed("bind over", *place);
      continue;
    }
    const std::string copy = scratch + "/over" + file->path;
    fs::create_directories(fs::path(copy).parent_path(), failed);
    fs::copy_file(images + "/" + file->carried, copy, failed);
    if (failed) return Error{Code::kIo, "cannot copy to " + copy + ": " + failed.message(), ""};
    fs::permissions(copy, fs::perms(0755), failed);
    covered.insert(*place);
  }
  for (const auto& place : covered) {
    const std::string lower = "lowerdir=" + scratch + "/over" + place + ":" + place;
    if (::mount("ferry", place.c_str(), "overlay", MS_NOSUID | MS_NODEV, lower.c_str()) != 0) return Failed("mount an overlay over", place);
  }
  return {};
}

}  // namespace ferry::image
