// Sets of names, and the names that hide in text.
//
// A cell can name a variable without an instruction that loads it: df.query('price > @limit'), a format string, the line
// of a magic. So every string constant of a cell counts as naming each identifier in it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ferry::observe {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using NameSet = std::unordered_set<std::string, NameHash, std::equal_to<>>;

// Text beyond this many bytes is not searched for identifiers: it is data, not an expression.
inline constexpr std::size_t kSearchedText = 64 * 1024;

// The identifiers in `text`, in order, repeated as they occur. Bytes above 127 count as letters (UTF-8). Numbers such as
// 1e5 are none. Views into `text`.
std::vector<std::string_view> Identifiers(std::string_view text);

// The sorted elements.
std::vector<std::string> Sorted(const NameSet& names);

}  // namespace ferry::observe
