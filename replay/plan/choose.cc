// The decision: what has no choice, what is tied to it, and the minimum cut for the rest.
#include <algorithm>
#include <cmath>

#include "replay/plan/cut.h"
#include "replay/plan/planner.h"

namespace ferry::plan {

using graph::kNoNode;
using graph::NodeKind;

void Planner::Replay(Item& item, std::string code, std::string reason) {
  item.state = State::kReplayed;
  item.code = std::move(code);
  item.reason = std::move(reason);
}

void Planner::Force() {
  for (Item& item : items_) {
    if (!item.cost.storable) {
      const std::string why = item.cost.reason.empty() ? "it cannot be stored" : "it cannot be stored (" + item.cost.reason + ")";
      if (Replayable(item)) {
        Replay(item, "unpicklable", why);
      } else {
        item.state = State::kGone;
        item.code = CodeOfBlock(item);
        item.reason = why + ", and cannot be made again: " + WhyNot(item);
      }
    } else if (item.cost.user_recompute && !MustStore(item)) {
      Replay(item, "user-recompute", "you asked for it to be recomputed");
    }
  }
  TieToForced();
}

// Whether a system image is taken, from what is forced to run again without one.
void Planner::PriceImage() {
  constexpr double kWorth = 2;
  if (!options_.image) return;
  std::vector<const Item*> replayed;
  for (const Item& item : items_) {
    if (item.state == State::kGone) image_needed_ = true;
    if (item.state == State::kReplayed && !item.cost.user_recompute) replayed.push_back(&item);
  }
  image_ = image_needed_ || Seconds(Closure(replayed)) > kWorth * options_.image->Seconds();
}

// What shares a varying cell with a forced replay is replayed too, and what that takes may tie more.
void Planner::TieToForced() {
  for (bool more = true; more;) {
    more = false;
    MarkRuns();
    std::vector<bool> varying(verdicts_.size(), false);
    for (std::size_t i = 0; i < varying.size(); ++i) varying[i] = runs_[i] && verdicts_[i].kind == Verdict::kVaries;
    if (std::find(varying.begin(), varying.end(), true) == varying.end()) return;
    const std::vector<bool> descends = DescendantsOf(varying);
    for (Item& item : items_) {
      if (item.state != State::kOpen || !item.version || !descends[item.version->node]) continue;
      Replay(item, "nondeterministic", "it comes from a cell that runs again and may come out different, so both come from the same run");
      more = true;
    }
  }
}

void Planner::CutRest() {
  voluntary_ = true;
  conflict_.assign(conflict_.size(), false);
  FindBlind();
  FindReach();

  Cut cut;
  std::vector<Cut::Vertex> vertex(needs_.size(), kNone);
  std::vector<NodeId> todo;
  const auto at = [&](NodeId node) {
    if (vertex[node] == kNone) vertex[node] = cut.AddVertex(), todo.push_back(node);
    return vertex[node];
  };
  std::vector<bool> varying(verdicts_.size(), false);
  bool any_varying = false;
  for (const Item& item : items_) {
    if (item.state != State::kOpen || MustStore(item)) continue;
    cut.FromSource(at(item.version->node), std::llround(LoadSeconds(item) * 1e6));
  }
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    if (needs_.kind(node) == NodeKind::kExecution) {
      const std::uint32_t index = needs_.index(node);
      if (!runs_[index]) cut.ToSink(vertex[node], graph_.executions()[index].duration_us + kReplayMicros);
      if (!runs_[index] && Varies(index)) varying[index] = any_varying = true;
    }
    for (NodeId need : needs_.of(node)) {
      if (!ItemOf(need)) cut.Implies(vertex[node], at(need));
    }
  }
  if (any_varying) {
    // A second copy of the part below the varying cells, turned round: who runs again pulls its descendants along.
    const std::vector<bool> descends = DescendantsOf(varying);
    std::vector<Cut::Vertex> below(needs_.size(), kNone);
    for (NodeId node = 0; node < needs_.size(); ++node) {
      if (!descends[node]) continue;
      below[node] = cut.AddVertex();
      for (NodeId need : needs_.of(node)) {
        if (descends[need]) cut.Implies(below[need], below[node]);
      }
      if (needs_.kind(node) == NodeKind::kExecution && varying[needs_.index(node)]) cut.Implies(vertex[node], below[node]);
      if (ItemOf(node) && vertex[node] != kNone) cut.Implies(below[node], vertex[node]);
    }
  }
  const std::vector<bool> side = cut.SourceSide();
  for (Item& item : items_) {
    if (item.state != State::kOpen || !item.version || vertex[item.version->node] == kNone) continue;
    if (side[vertex[item.version->node]]) {
      Replay(item, "cheap", "making it again is cheaper than storing it");
    } else {
      item.state = State::kStored;
      item.code = "cheap";
      item.reason = "storing it is cheaper than making it again";
    }
  }
}

void Planner::SettleRest() {
  const bool cheapest = options_.policy == Policy::kCheapest && !image_;
  for (Item& item : items_) {
    if (item.state != State::kOpen) continue;
    item.state = State::kStored;
    if (item.cost.pinned) {
      item.code = "pinned";
      item.reason = "you asked for it to be stored";
    } else if (item.cost.referred && (item.cost.user_recompute || cheapest)) {
      item.code = "fits";
      item.reason = "other variables refer to its objects, which would be others if it were made again";
    } else if (!Replayable(item) && (item.cost.user_recompute || cheapest)) {
      item.code = CodeOfBlock(item);
      item.reason = (item.cost.user_recompute ? "you asked for it to be recomputed, but it cannot be made again: "
                                              : "it cannot be made again: ") + WhyNot(item);
    } else {
      item.code = "fits";
      item.reason = cheapest ? "no replay of it was seen to come out equal yet" : "what can be stored is stored";
    }
  }
}

}  // namespace ferry::plan
