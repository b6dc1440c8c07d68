// Which generations stay when a new one is committed.
#pragma once

#include <cstdint>
#include <vector>

namespace ferry::store {

struct GenerationSummary {
  std::uint32_t number = 0;
  std::uint32_t life = 0;
  bool labelled = false;
  bool complete = true;
};

// The numbers to remove, ascending. Kept are the newest 5, the newest complete one, every labelled one, and the newest of
// each of the last 3 lives before the newest generation's.
std::vector<std::uint32_t> Superseded(std::vector<GenerationSummary> generations);

}  // namespace ferry::store
