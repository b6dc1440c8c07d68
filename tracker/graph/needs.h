// A growing acyclic graph in two flat arrays: each node is added once, with all it needs, and needs only earlier nodes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "util/check.h"

namespace ferry::graph {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

enum class NodeKind : std::uint8_t { kExecution, kVersion, kJoin };

class Needs {
 public:
  // Adds a node and returns its number, one more than the last. `index`: place in the caller's table of that kind.
  // `needs` is sorted and freed of repeats and of kNoNode.
  NodeId Add(NodeKind kind, std::uint32_t index, std::vector<NodeId> needs) {
    std::sort(needs.begin(), needs.end());
    needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
    if (!needs.empty() && needs.back() == kNoNode) needs.pop_back();
    CHECK(needs.empty() || needs.back() < size());
    edges_.insert(edges_.end(), needs.begin(), needs.end());
    ends_.push_back(static_cast<std::uint32_t>(edges_.size()));
    nodes_.push_back({index, kind});
    return static_cast<NodeId>(nodes_.size() - 1);
  }

  // Takes back the newest node.
  void Drop() {
    CHECK(!nodes_.empty());
    nodes_.pop_back();
    ends_.pop_back();
    edges_.resize(ends_.empty() ? 0 : ends_.back());
  }

  std::size_t size() const { return nodes_.size(); }
  NodeKind kind(NodeId node) const { return nodes_[node].kind; }
  std::uint32_t index(NodeId node) const { return nodes_[node].index; }
  std::span<const NodeId> of(NodeId node) const {
    const std::uint32_t begin = node == 0 ? 0 : ends_[node - 1];
    return {edges_.data() + begin, ends_[node] - begin};
  }

 private:
  struct Node {
    std::uint32_t index;
    NodeKind kind;
  };
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> ends_;
  std::vector<NodeId> edges_;
};

}  // namespace ferry::graph
