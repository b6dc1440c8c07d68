// The planner's working state: one item a live component, one mark a node of the graph. reach.cc finds what may run again,
// choose.cc decides, plan.cc puts the decision into words and steps. Used by MakePlan only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "replay/plan/plan.h"

namespace ferry::plan {

class Planner {
 public:
  Planner(const graph::SessionGraph& graph, const std::map<Key, Cost>& costs, const Options& options);
  Plan Make();

 private:
  using NodeId = graph::NodeId;
  enum class State : std::uint8_t { kOpen, kStored, kReplayed, kGone };

  struct Item {
    Key key;
    Cost cost;
    const graph::Version* version = nullptr;  // null: the graph does not know it
    State state = State::kOpen;
    std::string code, reason;
  };

  // reach.cc
  void FindBlocks();
  bool FindConflicts();
  void FindReach();
  void FindBlind();
  std::vector<bool> DescendantsOf(const std::vector<bool>& executions) const;
  bool Available(NodeId node) const;
  bool Varies(std::uint32_t execution) const;
  bool Replayable(const Item& item) const;
  bool MustStore(const Item& item) const;
  const Item* ItemOf(NodeId node) const;
  std::vector<std::uint32_t> Closure(const std::vector<const Item*>& items);
  void MarkRuns();

  // choose.cc
  void Force();
  void TieToForced();
  void CutRest();
  void SettleRest();
  void PriceImage();
  void Replay(Item& item, std::string code, std::string reason);

  // plan.cc
  std::string WhyNot(const Item& item) const;
  std::string CodeOfBlock(const Item& item) const;
  std::string Running(const std::vector<std::uint32_t>& executions) const;
  double Seconds(const std::vector<std::uint32_t>& executions) const;
  double LoadSeconds(const Item& item) const;
  Entry Describe(Item& item);
  void AddBlockers(const Item& item, Plan& plan);
  void AddSteps(Plan& plan) const;

  const graph::SessionGraph& graph_;
  const graph::Needs& needs_;
  const Options& options_;
  std::vector<Item> items_;                 // by key
  std::vector<std::uint32_t> item_of_;      // by version; kNone where it is dead

  // By index of the execution.
  std::vector<Verdict> verdicts_;
  std::vector<bool> conflict_;              // varies, and something of its lineage must be stored
  std::vector<bool> blind_;                 // touches what is stored, is needed by others, and cannot be compared
  std::vector<bool> runs_;                  // runs again
  std::vector<bool> proved_;                // one replay of what it made came out equal
  bool image_ = false;                      // what cannot be stored comes in a system image
  bool image_needed_ = false;               // because something of it has no other way
  bool voluntary_ = false;                  // phase two: what is replayed by choice only (CutRest)

  // By node. What is reached through a live component that is stored does not count.
  std::vector<NodeId> block_;               // the node that forbids running this again, or kNoNode
  std::vector<bool> varies_;                // its closure holds an execution that varies

  std::vector<std::uint32_t> seen_;         // by node, for Closure
  std::uint32_t seen_mark_ = 0;
  std::size_t visited_ = 0;                 // nodes that Closure has looked at

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
};

}  // namespace ferry::plan
