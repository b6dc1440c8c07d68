#include "serializer/image/said.h"

#include <regex>
#include <sstream>

#include "serializer/image/proc.h"

namespace ferry::image {

std::string Said(const std::string& log, const std::string& output) {
  static const std::regex line(R"(Error \([^)]*\): (?:[a-z-]+: )?(.*))");
  constexpr int kMost = 2;
  std::istringstream lines(ReadAll(log) + "\n" + output);
  std::string said;
  int count = 0;
  for (std::string text; count < kMost && std::getline(lines, text);) {
    std::smatch match;
    if (!std::regex_search(text, match, line)) continue;
    const std::string words = match[1];
    if (words.find("RLIMIT_NOFILE") != std::string::npos || words.find("Unexpected error: -1") != std::string::npos) continue;
    said += (said.empty() ? "" : "; ") + words;
    ++count;
  }
  if (said.empty()) said = output.substr(0, 200);
  return said.empty() ? "it gave no reason" : said;
}

}  // namespace ferry::image
