#include "tracker/observe/liveness.h"

#include <cstdint>

namespace ferry::observe {
namespace {
constexpr std::size_t kMostWords = 1 << 20;  // of the table instruction x name
}

int Liveness::Id(std::string_view name) {
  if (const auto it = ids_.find(name); it != ids_.end()) return it->second;
  return ids_.emplace(name, static_cast<int>(ids_.size())).first->second;
}

void Liveness::Note(std::size_t instruction, const NameSet& uses, std::string_view defines) {
  for (const auto& name : uses) notes_[instruction].uses.push_back(Id(name));
  if (!defines.empty()) notes_[instruction].defines = Id(defines);
}

NameSet Liveness::AtStart() const {
  NameSet live;
  const std::size_t words = ids_.size() / 64 + 1, n = code_.size();
  if (words * n > kMostWords) {
    for (const auto& [name, id] : ids_) live.insert(name);
    return live;
  }
  std::vector<std::uint64_t> table(words * n), now(words);
  const auto join = [&](int from) {
    for (std::size_t w = 0; from >= 0 && w < words; ++w) now[w] |= table[from * words + w];
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = n; i-- > 0;) {
      std::fill(now.begin(), now.end(), 0);
      if (code_[i].falls && i + 1 < n) join(static_cast<int>(i) + 1);
      join(code_[i].jump);
      if (const int id = notes_[i].defines; id >= 0) now[id / 64] &= ~(std::uint64_t{1} << id % 64);
      join(code_[i].handler);  // the exception may come before the name is bound
      for (const int id : notes_[i].uses) now[id / 64] |= std::uint64_t{1} << id % 64;
      for (std::size_t w = 0; w < words; ++w) {
        changed |= table[i * words + w] != now[w];
        table[i * words + w] = now[w];
      }
    }
  }
  for (const auto& [name, id] : ids_) {
    if (n && table[id / 64] >> id % 64 & 1) live.insert(name);
  }
  return live;
}

}  // namespace ferry::observe
