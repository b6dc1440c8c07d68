// The memory that arrays lie in: units whose arrays overlap share state, whatever objects lead there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tracker/objects/union_find.h"

namespace ferry::objects {

class Spans {
 public:
  void Clear() { spans_.clear(); }
  void Add(const char* low, const char* high, std::uint32_t unit) {
    if (low < high) spans_.push_back({low, high, unit});
  }

  // Joins the units of spans that overlap. n log n.
  void Link(UnionFind* links) {
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.low < b.low; });
    const Span* widest = nullptr;
    for (const Span& s : spans_) {
      if (widest && s.low < widest->high) links->Union(widest->unit, s.unit);
      if (!widest || s.high > widest->high) widest = &s;
    }
  }

 private:
  struct Span {
    const char *low, *high;
    std::uint32_t unit;
  };
  std::vector<Span> spans_;
};

}  // namespace ferry::objects
