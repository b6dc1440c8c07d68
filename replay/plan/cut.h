// The cheapest split of components into stored and replayed, as a minimum cut. A vertex on the source's side is replayed
// (a component) or runs again (an execution).
//
//   source -> component   price of storing it
//   component -> what made it, execution -> what it needs        infinite: replaying it takes them
//   execution -> sink     price of running it
//   execution that varies -> each live component in its lineage  infinite: all on one side
// Infinity is larger than any sum of prices; all prices in microseconds.
#pragma once

#include <cstdint>
#include <vector>

namespace ferry::plan {

inline constexpr std::int64_t kInfinity = std::int64_t{1} << 50;

class Cut {
 public:
  using Vertex = std::uint32_t;

  Vertex AddVertex() { return vertices_++; }
  // Cutting `vertex` from the source (storing it), or from the sink (running it), costs this.
  void FromSource(Vertex vertex, std::int64_t price) { edges_.push_back({kSource, vertex, price}); }
  void ToSink(Vertex vertex, std::int64_t price) { edges_.push_back({vertex, kSink, price}); }
  // If `vertex` is on the source's side, so is `other`.
  void Implies(Vertex vertex, Vertex other) { edges_.push_back({vertex, other, kInfinity}); }

  // For each vertex: is it on the source's side of a minimum cut? Of several cuts the one with the fewest vertices there.
  std::vector<bool> SourceSide() const;

 private:
  static constexpr Vertex kSource = 0, kSink = 1;
  struct Edge {
    Vertex from, to;
    std::int64_t price;
  };
  Vertex vertices_ = 2;
  std::vector<Edge> edges_;
};

}  // namespace ferry::plan
