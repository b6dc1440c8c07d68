// Disjoint sets of the numbers 0 .. n-1.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace ferry::objects {

class UnionFind {
 public:
  void Resize(std::size_t n) {
    std::size_t old = parent_.size();
    parent_.resize(n);
    if (n > old) std::iota(parent_.begin() + old, parent_.end(), static_cast<std::uint32_t>(old));
  }
  std::uint32_t Find(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The smaller representative stays. True if the sets were two.
  bool Union(std::uint32_t a, std::uint32_t b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return false;
    if (b < a) std::swap(a, b);
    parent_[b] = a;
    return true;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace ferry::objects
