// "Everything that lives now" as one node. Live versions are the leaves of a binary tree; its inner nodes become joins
// only when somebody asks for the root, and only those below which a leaf moved since the last time. Changes cost
// O(log n) each, an ask costs at most the number of changes since the last one times log n.
#pragma once

#include <cstdint>
#include <vector>

#include "tracker/graph/needs.h"

namespace ferry::graph {

class World {
 public:
  // Gives `leaf` a place and returns it.
  std::uint32_t Put(NodeId leaf);
  // Frees a place.
  void Remove(std::uint32_t place);
  // A node that needs every leaf; kNoNode when there is none.
  NodeId Root(Needs& needs);

 private:
  void Mark(std::size_t at);
  void Grow();
  NodeId Build(std::size_t at, Needs& needs);

  // A heap: tree_[1] is the root, the leaves are tree_[capacity_ ...].
  std::size_t capacity_ = 0;
  std::vector<NodeId> tree_;
  std::vector<bool> moved_;
  std::vector<std::uint32_t> free_;
};

}  // namespace ferry::graph
