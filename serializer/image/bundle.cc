#include "serializer/image/bundle.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "serializer/image/libraries.h"
#include "serializer/image/proc.h"
#include "serializer/image/sha256.h"
#include "util/file.h"

namespace ferry::image {
namespace {

Error Refused(std::string what, std::string remedy = "") {
  return {Code::kRefused, "the system image does not fit here: " + std::move(what), std::move(remedy)};
}

Error Damaged(const std::string& what) { return {Code::kCorrupt, "the system image is damaged: " + what, ""}; }

// "4.2.1", "6.18.44-x": compared number by number.
bool Older(const std::string& a, const std::string& b) {
  int left[3] = {}, right[3] = {};
  std::sscanf(a.c_str(), "%d.%d.%d", &left[0], &left[1], &left[2]);
  std::sscanf(b.c_str(), "%d.%d.%d", &right[0], &right[1], &right[2]);
  return std::lexicographical_compare(left, left + 3, right, right + 3);
}

// Whether the user with this number was himself in the namespace of the image.
bool Identity(const std::string& map, std::uint32_t id) {
  std::istringstream numbers(map);
  for (std::uint64_t inside, outside, count; numbers >> inside >> outside >> count;) {
    if (id >= inside && id < inside + count) return inside == outside;
  }
  return false;
}

}  // namespace

Result<format::Bundle> Read(const std::string& folder) {
  auto file = ReadFile(folder + kBundle);
  if (!file) return file.error();
  auto bundle = format::DecodeBundle(*file);
  if (!bundle) return bundle.error().Within("the bundle of the system image");
  return bundle;
}

Result<format::Bundle> Check(const std::string& folder) {
  auto bundle = Read(folder);
  if (!bundle) return bundle;
  auto names = List(folder + kImages);
  if (!names) return names.error();
  std::vector<std::string> expected, paths;
  for (const auto& file : bundle->files) {
    expected.push_back(file.name);
    paths.push_back(folder + kImages + "/" + file.name);
    if (file.name.find('/') != std::string::npos) return Damaged("it names a file outside its folder");
  }
  for (const auto& name : expected) {
    if (!std::binary_search(names->begin(), names->end(), name)) return Damaged(name + " is missing");
  }
  for (const auto& name : *names) {
    if (!std::binary_search(expected.begin(), expected.end(), name)) return Damaged(name + " does not belong to it");
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {  // before anything is read: it costs nothing
    if (SizeOf(paths[i]) != bundle->files[i].bytes) return Damaged(expected[i] + " is " + std::to_string(SizeOf(paths[i])) + " bytes long and was " + std::to_string(bundle->files[i].bytes));
  }
  auto hashed = HashFiles(paths);
  if (!hashed) return hashed.error();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if ((*hashed)[i].bytes != bundle->files[i].bytes || (*hashed)[i].sha256 != bundle->files[i].sha256) {
      return Damaged(expected[i] + " holds other bytes than were written");
    }
  }
  return bundle;
}

Result<void> FitsMachine(const format::Bundle& b, const std::string& criu) {
  utsname system{};
  ::uname(&system);
  if (b.architecture != system.machine) return Refused("it was taken on " + b.architecture + ", and this machine is " + system.machine);
  if (Older(system.release, b.kernel)) return Refused("it was taken under Linux " + b.kernel + ", which is newer than " + system.release + " here", "update the kernel of this machine");
  if (Older(criu, b.criu)) return Refused("it was taken by CRIU " + b.criu + ", which is newer than " + criu + " here", "update CRIU here: ferry-install-criu");
  const auto here = CpuFeatures();
  std::string missing;
  for (const auto& feature : b.cpu) {
    if (!std::binary_search(here.begin(), here.end(), feature)) missing += (missing.empty() ? "" : " ") + feature;
  }
  if (!missing.empty()) return Refused("the processor here lacks what the one there had: " + missing.substr(0, 200));
  if (b.uid != ::geteuid() || !Identity(b.uid_map, b.uid)) {
    return Refused("it belongs to user number " + std::to_string(b.uid) + ", and this is " + std::to_string(::geteuid()));
  }
  return {};
}

std::vector<std::size_t> Lacking(const format::Bundle& b) {
  std::vector<std::size_t> lacking;
  for (std::size_t i = 0; i < b.mapped.size(); ++i) {
    const auto& file = b.mapped[i];
    if (SizeOf(file.path) != file.bytes || !Exists(file.path) || BuildId(file.path) != file.build_id) lacking.push_back(i);
  }
  return lacking;
}

Result<void> Fits(const format::Bundle& b, const std::string& criu) {
  if (auto machine = FitsMachine(b, criu); !machine) return machine;
  for (std::size_t i : Lacking(b)) {
    const auto& file = b.mapped[i];
    if (!file.carried.empty()) {
      if (auto place = PlaceFor(file); !place) return place.error();
    } else if (!Exists(file.path)) {
      return Refused(file.path + " is not here", "install what it belongs to, in the same version");
    } else {
      return Refused(file.path + " is another build than the one that the processes use", "install the version it was taken with");
    }
  }
  return {};
}

std::uint64_t Bytes(const format::Bundle& bundle) {
  std::uint64_t bytes = 0;
  for (const auto& file : bundle.files) bytes += file.bytes;
  return bytes;
}

}  // namespace ferry::image
