// The memory that arrays lie in: units whose arrays overlap share state, whatever objects lead there. A reader looks into memory
// that only others change: two of them share nothing by that.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tracker/objects/union_find.h"

namespace ferry::objects {

class Spans {
 public:
  void Clear() {
    spans_.clear();
    readers_.clear();
  }
  void Add(const char* low, const char* high, std::uint32_t unit) {
    if (low < high) spans_.push_back({low, high, unit});
  }
  void AddReader(const char* low, const char* high, std::uint32_t unit) {
    if (low < high) readers_.push_back({low, high, unit});
  }

  // Joins the units of spans that overlap. n log n.
  void Link(UnionFind* links) {
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.low < b.low; });
    std::vector<Span> joined;  // memory without gaps, by one of the units that lie in it
    for (const Span& s : spans_) {
      if (joined.empty() || s.low >= joined.back().high) {
        joined.push_back(s);
        continue;
      }
      links->Union(joined.back().unit, s.unit);
      joined.back().high = std::max(joined.back().high, s.high);
    }
    for (const Span& r : readers_) {
      auto at = std::upper_bound(joined.begin(), joined.end(), r.low, [](const char* low, const Span& s) { return low < s.high; });
      for (; at != joined.end() && at->low < r.high; ++at) links->Union(at->unit, r.unit);
    }
  }

 private:
  struct Span {
    const char *low, *high;
    std::uint32_t unit;
  };
  std::vector<Span> spans_, readers_;
};

}  // namespace ferry::objects
