// What the interpreter's audit events say about the world outside: the table of events, and which files count.
// Why an effect is unsafe or not is written in docs/limits.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tracker/graph/record.h"
#include "tracker/observe/names.h"

namespace ferry::observe {

struct EventRule {
  const char* kind;   // of graph::Effect
  bool unsafe;
  int argument;       // which argument of the event is the detail; -1: the event's own name
  int folder = -1;    // which is the descriptor of the folder that the path is from
};

// nullptr: the event says nothing about the outside, or one of its neighbours in the table says it.
const EventRule* RuleOf(std::string_view event);

// Files that Python, its libraries and the shell use for themselves: nobody's data.
class OwnFiles {
 public:
  // Folders, and where these lie behind symbolic links: what holds a file open or makes its journal says that.
  explicit OwnFiles(std::vector<std::string> folders);
  bool Contains(std::string_view path) const;

 private:
  std::vector<std::string> folders_;
};

// Whether the path, or a folder above it, is one of these.
bool LiesIn(const NameSet& paths, std::string_view path);

// A regular file as it is now: "PATH (N bytes, mtime S.NS, digest HEX)", without the digest where the file is larger than
// kDigested or cannot be read; "" if there is none. The path stands there as it was given.
constexpr std::size_t kDigested = 256 * 1024;
std::string FileState(const std::string& path);

// A path, which may be any bytes, as text: `\xHH` for what is no UTF-8.
std::string AsText(std::string_view path);

// Commands by which libraries ask what machine they run on.
bool AsksTheMachine(std::string_view command);

// Whether a record's effects hold this one, or may: only counted. or_safe: also where it was recorded as a safe one.
bool Holds(const std::vector<graph::Effect>& recorded, const graph::Effect& effect, bool or_safe);

// The effects of one cell, each once. At most 64; what is more is counted in one last entry.
class EffectList {
 public:
  void Add(graph::Effect effect);
  std::vector<graph::Effect> Take();
  bool Has(std::string_view kind) const;  // or may have: only counted
  bool HasUnsafe(std::string_view kind) const;
  bool full() const;  // what is added now is only counted

 private:
  std::vector<graph::Effect> effects_;
  std::size_t more_ = 0;
  bool more_unsafe_ = false;
};

}  // namespace ferry::observe
