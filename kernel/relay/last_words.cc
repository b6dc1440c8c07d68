#include "kernel/relay/last_words.h"

#include <algorithm>

namespace ferry::relay {
namespace {

constexpr int kFrames = 12;  // that are shown

// `  File "/tmp/ipykernel_ferry_7/123.py", line 4 in f`; the files of cells mean nothing to their reader.
std::string Frame(std::string_view line) {
  constexpr std::string_view kFile = "  File \"";
  const std::size_t end = line.rfind('"');
  const std::string_view path = line.substr(kFile.size(), end - kFile.size());
  for (const char* ours : {"/kernelferry/", "/IPython/", "<frozen runpy>"})
    if (path.find(ours) != path.npos) return "";
  return "  " + (path.find("/ipykernel_ferry_") != path.npos ? "a cell" : std::string(path)) + std::string(line.substr(end + 1)) + "\n";
}

}  // namespace

std::string LastWords(std::string_view log) {
  constexpr std::string_view kWords = "the engine cannot go on: ";
  const std::size_t found = log.rfind(kWords);
  if (found == std::string_view::npos) return "";
  log.remove_prefix(found + kWords.size());
  return "could not go on (" + std::string(log.substr(0, log.find('\n'))) + ")";
}

std::string CrashedIn(std::string_view log) {
  for (std::string_view mark : {"Fatal Python error: ", " (most recent call first):\n"}) {
    const std::size_t found = mark.front() == 'F' ? log.rfind(mark) : log.find(mark);
    if (found == log.npos) return "";
    log.remove_prefix(found + mark.size());
  }
  std::string frames;
  for (int n = 0; n < kFrames && log.starts_with("  File \"");) {
    const std::size_t end = std::min(log.find('\n'), log.size());
    const std::string frame = Frame(log.substr(0, end));
    n += !frame.empty();
    frames += frame;
    log.remove_prefix(std::min(end + 1, log.size()));
  }
  return frames;
}

}  // namespace ferry::relay
