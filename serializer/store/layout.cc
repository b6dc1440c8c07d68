#include "serializer/store/layout.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace ferry::store {

bool IsSid(const std::string& text) {
  return text.size() == 16 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

namespace {

constexpr std::size_t kDigits = 8;

std::optional<std::uint32_t> Numbered(const std::string& file, std::string_view prefix) {
  if (file.size() < prefix.size() + kDigits || !file.starts_with(prefix)) return std::nullopt;
  std::uint32_t number = 0;
  auto [end, error] = std::from_chars(file.data() + prefix.size(), file.data() + file.size(), number);
  if (error != std::errc() || end != file.data() + file.size()) return std::nullopt;
  return number;
}

std::string Name(const char* prefix, std::uint32_t number) {
  char name[24];
  std::snprintf(name, sizeof name, "%s%08u", prefix, number);
  return name;
}

}  // namespace

std::optional<std::uint32_t> GenerationOf(const std::string& file) { return Numbered(file, "gen-"); }
std::optional<std::uint32_t> ImageOf(const std::string& file) { return Numbered(file, "image-"); }

std::string SessionFiles::Generation(std::uint32_t number) const { return root_ + Name("/gen-", number); }
std::string SessionFiles::Image(std::uint32_t number) const { return root_ + Name("/image-", number); }

}  // namespace ferry::store
