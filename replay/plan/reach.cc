// What may run again, and what forbids it: passes over the nodes in their order, which is an order of need.
#include <algorithm>
#include <set>

#include "replay/plan/planner.h"

namespace ferry::plan {

using graph::kNoNode;
using graph::NodeKind;

const Planner::Item* Planner::ItemOf(NodeId node) const {
  if (needs_.kind(node) != NodeKind::kVersion) return nullptr;
  const std::uint32_t item = item_of_[needs_.index(node)];
  return item == kNone ? nullptr : &items_[item];
}

// A live component in the store is there for whoever needs it.
bool Planner::Available(NodeId node) const {
  const Item* item = ItemOf(node);
  return item && item->cost.storable;
}

// By choice, a cell that drew random numbers runs again only once it was seen to come out equal.
bool Planner::Varies(std::uint32_t execution) const {
  const Verdict::Kind kind = verdicts_[execution].kind;
  return kind == Verdict::kVaries || (voluntary_ && kind == Verdict::kSeeded && !proved_[execution] && !runs_[execution]);
}

void Planner::FindBlocks() {
  block_.assign(needs_.size(), kNoNode);
  varies_.assign(needs_.size(), false);
  for (NodeId node = 0; node < needs_.size(); ++node) {
    for (NodeId need : needs_.of(node)) {
      if (Available(need)) continue;
      if (block_[node] == kNoNode) block_[node] = block_[need];
      if (varies_[need]) varies_[node] = true;
    }
    const std::uint32_t index = needs_.index(node);
    if (needs_.kind(node) == NodeKind::kExecution) {
      if (verdicts_[index].kind == Verdict::kBlocked || conflict_[index] || blind_[index]) block_[node] = node;
      if (Varies(index)) varies_[node] = true;
    } else if (needs_.kind(node) == NodeKind::kVersion) {
      const Item* item = ItemOf(node);
      const bool unverifiable = item && !item->cost.storable && item->cost.opaque && varies_[node];
      const bool gone = item && item->state == State::kGone;
      if (!graph_.versions()[index].explained || gone || (unverifiable && block_[node] == kNoNode)) block_[node] = node;
    }
  }
}

bool Planner::Replayable(const Item& item) const {
  if (!item.version || block_[item.version->node] != kNoNode) return false;
  return !(item.cost.opaque && varies_[item.version->node]);
}

// For the sake of what cannot be stored, nothing that can be is put at risk: in phase one all of it must be stored.
bool Planner::MustStore(const Item& item) const {
  if (!item.cost.storable || item.state == State::kReplayed) return false;
  if (item.cost.pinned || item.cost.referred || !Replayable(item)) return true;
  if (item.cost.user_recompute) return false;
  return !voluntary_ || !(item.cost.verified_replay || options_.have_source);
}

// Marks the executions that vary and have a live descendant that must be stored. True if there is a new one.
bool Planner::FindConflicts() {
  bool found = false;
  std::vector<bool> stored_below(needs_.size(), false);
  for (NodeId node = static_cast<NodeId>(needs_.size()); node-- > 0;) {
    const Item* item = ItemOf(node);
    if (item && MustStore(*item)) stored_below[node] = true;
    if (!stored_below[node]) continue;
    for (NodeId need : needs_.of(node)) stored_below[need] = true;
    if (needs_.kind(node) != NodeKind::kExecution) continue;
    const std::uint32_t index = needs_.index(node);
    if (Varies(index) && !runs_[index] && !conflict_[index]) conflict_[index] = found = true;
  }
  return found;
}

// A conflict forbids replays, which makes more components stored-only, which may bring more conflicts.
void Planner::FindReach() {
  do FindBlocks();
  while (FindConflicts());
}

// Where others need what is stored before a cell runs again that touches it, nothing can tell afterwards whether it is as it was,
// if it cannot be compared. By choice no such cell runs.
void Planner::FindBlind() {
  std::set<graph::NameId> names;
  std::uint32_t last = 0;
  for (const Item& item : items_) {
    if (!item.version || !item.cost.storable || !item.cost.opaque || !item.cost.referred || item.state == State::kReplayed) continue;
    names.insert(item.version->names.begin(), item.version->names.end());
    last = std::max(last, item.version->after);
  }
  if (names.empty()) return;
  const auto touches = [&](NodeId execution) {
    const std::uint32_t index = needs_.index(execution);
    if (!runs_[index] && graph_.executions()[index].number <= last) blind_[index] = true;
  };
  std::vector<bool> holds(needs_.size(), false);  // by node: it is a state of one of them
  for (NodeId node = 0; node < needs_.size(); ++node) {
    const bool version = needs_.kind(node) == NodeKind::kVersion;
    if (version) {
      const std::vector<graph::NameId>& own = graph_.versions()[needs_.index(node)].names;
      holds[node] = std::any_of(own.begin(), own.end(), [&](graph::NameId name) { return names.count(name) != 0; });
    }
    for (NodeId need : needs_.of(node)) {
      if (needs_.kind(node) == NodeKind::kExecution) {
        if (holds[need]) touches(node);
      } else if (!version) {
        if (holds[need]) holds[node] = true;
      } else if (holds[node] && needs_.kind(need) == NodeKind::kExecution) {
        touches(need);
      }
    }
  }
}

// By node: does its full lineage, through live components too, hold one of these executions?
std::vector<bool> Planner::DescendantsOf(const std::vector<bool>& executions) const {
  std::vector<bool> descends(needs_.size(), false);
  for (NodeId node = 0; node < needs_.size(); ++node) {
    descends[node] = needs_.kind(node) == NodeKind::kExecution && executions[needs_.index(node)];
    for (NodeId need : needs_.of(node)) {
      if (descends[need]) descends[node] = true;
    }
  }
  return descends;
}

// Indexes of the executions that run again for these items, in order; stops at live components that are not replayed.
std::vector<std::uint32_t> Planner::Closure(const std::vector<const Item*>& items) {
  std::vector<std::uint32_t> executions;
  seen_.resize(needs_.size(), 0);
  ++seen_mark_;
  std::vector<NodeId> todo;
  for (const Item* item : items) {
    if (item->version) todo.push_back(item->version->node);
  }
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    ++visited_;
    if (needs_.kind(node) == NodeKind::kExecution) executions.push_back(needs_.index(node));
    for (NodeId need : needs_.of(node)) {
      const Item* live = ItemOf(need);
      if (seen_[need] == seen_mark_ || (live && live->cost.storable && live->state != State::kReplayed)) continue;
      seen_[need] = seen_mark_;
      todo.push_back(need);
    }
  }
  std::sort(executions.begin(), executions.end());
  return executions;
}

void Planner::MarkRuns() {
  std::vector<const Item*> replayed;
  for (const Item& item : items_) {
    if (item.state == State::kReplayed) replayed.push_back(&item);
  }
  for (std::uint32_t execution : Closure(replayed)) runs_[execution] = true;
}

}  // namespace ferry::plan
