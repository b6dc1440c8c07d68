#include "util/words.h"

#include <cctype>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry {
namespace {

using Words = std::vector<std::string_view>;  // what stands between single blanks: none is lost where they are joined again

Words Split(std::string_view text) {
  Words words;
  for (std::size_t end; (end = text.find(' ')) != text.npos; text.remove_prefix(end + 1)) words.push_back(text.substr(0, end));
  words.push_back(text);
  return words;
}

bool EndsSentence(std::string_view word) {
  return word.empty() || std::string_view(",;:.)").find(word.back()) != std::string_view::npos;
}

// `%session`, also behind an opening bracket or quote.
bool IsMagic(std::string_view word) {
  const std::size_t sign = word.find_first_not_of("(\"'");
  return sign != word.npos && word[sign] == '%' && sign + 1 < word.size() && std::isalpha(static_cast<unsigned char>(word[sign + 1]));
}

// How many words the command that begins at `at` has; 1 where none begins.
std::size_t Command(const Words& words, std::size_t at) {
  if (const std::size_t quote = words[at].find('`'); quote != std::string_view::npos) {
    std::size_t from = quote + 1;
    for (std::size_t i = at; i < words.size(); ++i, from = 0) {
      if (words[i].find('`', from) != std::string_view::npos) return i + 1 - at;
    }
    return 1;
  }
  std::size_t end = at + 1;
  if (words[at] == "jupyter" && end < words.size() && words[end] == "ferry") ++end;
  else if (!IsMagic(words[at])) return 1;
  const auto more = [&] { return end < words.size() && !EndsSentence(words[end - 1]); };
  if (more()) ++end;  // the verb
  while (more() && words[end].starts_with("--")) ++end;
  if (more()) ++end;
  while (more() && words[end].starts_with("--")) ++end;
  return end - at;
}

}  // namespace

std::string SizeInWords(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB"};
  int unit = 0;
  for (; bytes >= 999.5 && unit < 4; ++unit) bytes /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || bytes >= 99.5 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

std::string DurationInWords(double seconds) {
  const auto [form, unit] = seconds < 0.1   ? std::pair("%.0f ms", 1e-3)
                            : seconds < 10   ? std::pair("%.1f s", 1.0)
                            : seconds < 90   ? std::pair("%.0f s", 1.0)
                            : seconds < 5400 ? std::pair("%.0f min", 60.0)
                                             : std::pair("%.1f h", 3600.0);
  char text[32];
  std::snprintf(text, sizeof text, form, seconds / unit);
  return text;
}

std::string WithWholeCommands(const std::string& text) {
  const Words words = Split(text);
  std::string whole;
  whole.reserve(text.size());
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = at + Command(words, at);
    if (at > 0) whole += ' ';
    whole += words[at];
    while (++at < end) (whole += kInCommand) += words[at];
  }
  return whole;
}

}  // namespace ferry
