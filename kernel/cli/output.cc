#include "kernel/cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "util/words.h"

namespace ferry::cli {
namespace {

// Places on a terminal of UTF-8 text, taken as one a code point.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Columns of the terminal that standard output is; 0 where it is none: programs get whole lines.
std::size_t Columns() {
  winsize size{};
  return ::isatty(STDOUT_FILENO) && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// What does not fit behind the other columns stands below them, indented.
void PrintBelow(const std::string& text, std::size_t columns) {
  constexpr const char* kIndent = "      ";
  std::string line = kIndent;
  std::istringstream words(WithWholeCommands(text));
  for (std::string word; words >> word;) {
    std::replace(word.begin(), word.end(), kInCommand, ' ');
    if (line != kIndent && Width(line) + Width(word) > columns) {
      std::printf("%s\n", line.substr(0, line.size() - 1).c_str());
      line = kIndent;
    }
    line += word + " ";
  }
  std::printf("%s\n", line.substr(0, line.size() - 1).c_str());
}

}  // namespace

Exit ExitOf(const Error& error) {
  switch (error.code) {
    case Code::kInvalid: return kUsage;
    case Code::kRefused: case Code::kTooNew: return kRefusedExit;
    default: return kFailed;
  }
}

std::string Cell(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

void PrintTable(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& right) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const std::size_t columns = Columns();
  for (const auto& row : rows) {
    std::string line;
    std::size_t used = 0;
    for (std::size_t i = 0; i < row.size(); ++i) used += (i ? 2 : 0) + (i + 1 < row.size() ? widths[i] : Width(row[i]));
    const bool below = columns > 0 && used > columns;
    for (std::size_t i = 0; i < row.size() - below; ++i) {
      const std::string space(widths[i] - Width(row[i]), ' ');
      const bool stands_right = std::find(right.begin(), right.end(), i) != right.end();
      line += (i ? "  " : "") + (stands_right ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
    if (below) PrintBelow(row.back(), columns);
  }
}

Json Answer(const std::string& schema, const std::string& sid, Json more) {
  Json object = {{"schema", schema}, {"ok", true}, {"session", sid}, {"messages", Json::array()}, {"error", nullptr}};
  object.update(more);
  return object;
}

void PrintJson(const Json& object) {
  std::printf("%s\n", object.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

int Fail(bool json, const std::string& schema, const Error& error) {
  if (json) {
    PrintJson(Answer(schema, "", {{"ok", false},
                                  {"messages", {error.what}},
                                  {"error", {{"code", Name(error.code)}, {"what", error.what}, {"remedy", error.remedy}}}}));
  } else {
    std::fprintf(stderr, "jupyter-ferry: %s\n", Cell(error.what).c_str());
    if (!error.remedy.empty()) std::fprintf(stderr, "  %s\n", Cell(error.remedy).c_str());
  }
  return ExitOf(error);
}

}  // namespace ferry::cli
