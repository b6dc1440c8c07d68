#include "kernel/relay/wire_names.h"

#include "serializer/image/bundle.h"

namespace ferry::relay {

std::string ImageName(std::uint32_t generation) {
  const std::string path = store::SessionFiles("").Image(generation);
  return path.substr(path.rfind('/') + 1);
}

bool IsOfImage(const std::string& name) { return store::ImageOf(name.substr(0, name.find('/'))).has_value(); }
bool IsBundle(const std::string& name) { return IsOfImage(name) && name.ends_with("/bundle"); }

std::string PathOf(const store::SessionFiles& files, const std::string& name) {
  if (auto digest = Digest::FromHex(name)) return files.Blob(*digest);
  if (auto number = store::GenerationOf(name)) return files.Generation(*number);
  if (name == "log") return files.Log();
  const auto slash = name.find('/');
  const std::string file = slash == std::string::npos ? "" : name.substr(slash + 1);
  const auto number = store::ImageOf(name.substr(0, slash));
  if (!number || file.empty() || file[0] == '.' || file.find('/') != std::string::npos) return "";
  return files.Image(*number) + (file == "bundle" ? image::kBundle : image::kImages + ("/" + file));
}

}  // namespace ferry::relay
