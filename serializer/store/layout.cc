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

std::optional<std::uint32_t> GenerationOf(const std::string& file) {
  if (file.size() < 12 || !file.starts_with("gen-")) return std::nullopt;
  std::uint32_t number = 0;
  auto [end, error] = std::from_chars(file.data() + 4, file.data() + file.size(), number);
  if (error != std::errc() || end != file.data() + file.size()) return std::nullopt;
  return number;
}

std::string SessionFiles::Generation(std::uint32_t number) const {
  char name[24];
  std::snprintf(name, sizeof name, "/gen-%08u", number);
  return root_ + name;
}

}  // namespace ferry::store
