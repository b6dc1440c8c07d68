#include "serializer/store/policy.h"

#include <algorithm>
#include <set>

namespace ferry::store {

constexpr std::size_t kNewest = 5, kLives = 3;

std::vector<std::uint32_t> Superseded(std::vector<GenerationSummary> generations) {
  std::sort(generations.begin(), generations.end(), [](auto& a, auto& b) { return a.number > b.number; });
  std::vector<std::uint32_t> superseded;
  std::set<std::uint32_t> lives;
  bool complete_seen = false;
  for (std::size_t i = 0; i < generations.size(); ++i) {
    const auto& g = generations[i];
    bool keep = i < kNewest || g.labelled;
    if (g.complete && !complete_seen) keep = complete_seen = true;
    const bool earlier_life = g.life != generations.front().life;
    if (earlier_life && lives.size() < kLives && lives.insert(g.life).second) keep = true;
    if (!keep) superseded.push_back(g.number);
  }
  std::reverse(superseded.begin(), superseded.end());
  return superseded;
}

}  // namespace ferry::store
