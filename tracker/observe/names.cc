#include "tracker/observe/names.h"

#include <algorithm>

namespace ferry::observe {
namespace {

bool Letter(unsigned char c) { return c == '_' || c >= 128 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool Digit(unsigned char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::vector<std::string_view> Identifiers(std::string_view text) {
  std::vector<std::string_view> found;
  text = text.substr(0, kSearchedText);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    while (i < text.size() && (Letter(text[i]) || Digit(text[i]))) ++i;
    if (i == start) {
      ++i;
    } else if (!Digit(text[start])) {
      found.push_back(text.substr(start, i - start));
    }
  }
  return found;
}

std::vector<std::string> Sorted(const NameSet& names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace ferry::observe
