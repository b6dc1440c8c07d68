#include "tracker/graph/world.h"

namespace ferry::graph {

std::uint32_t World::Put(NodeId leaf) {
  if (free_.empty()) Grow();
  const std::uint32_t place = free_.back();
  free_.pop_back();
  tree_[capacity_ + place] = leaf;
  Mark(capacity_ + place);
  return place;
}

void World::Remove(std::uint32_t place) {
  tree_[capacity_ + place] = kNoNode;
  Mark(capacity_ + place);
  free_.push_back(place);
}

NodeId World::Root(Needs& needs) { return capacity_ == 0 ? kNoNode : Build(1, needs); }

void World::Mark(std::size_t at) {
  // A marked inner node has marked ancestors, so the first one that is marked ends the climb.
  for (at /= 2; at >= 1 && !moved_[at]; at /= 2) moved_[at] = true;
}

void World::Grow() {
  const std::size_t old = capacity_;
  capacity_ = old == 0 ? 16 : 2 * old;
  std::vector<NodeId> tree(2 * capacity_, kNoNode);
  for (std::size_t i = 0; i < old; ++i) tree[capacity_ + i] = tree_[old + i];
  tree_ = std::move(tree);
  moved_.assign(2 * capacity_, true);
  for (std::size_t place = capacity_; place > old; --place) free_.push_back(static_cast<std::uint32_t>(place - 1));
}

NodeId World::Build(std::size_t at, Needs& needs) {
  if (at >= capacity_ || !moved_[at]) return tree_[at];
  moved_[at] = false;
  const NodeId left = Build(2 * at, needs);
  const NodeId right = Build(2 * at + 1, needs);
  if (left == kNoNode || right == kNoNode) return tree_[at] = left == kNoNode ? right : left;
  return tree_[at] = needs.Add(NodeKind::kJoin, 0, {left, right});
}

}  // namespace ferry::graph
