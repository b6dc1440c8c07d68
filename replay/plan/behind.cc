// Cells behind a generation: each runs again if it may, and if all it read is there as it was - from the generation, or
// made by cells behind it that run again as well.
#include "replay/plan/plan.h"

namespace ferry::plan {

using graph::Execution;
using graph::kNoNode;
using graph::NodeId;
using graph::NodeKind;
using graph::Version;

std::vector<Behind> PlanBehind(const graph::SessionGraph& graph, std::uint32_t generation, const Wishes& wishes,
                               const std::map<Key, std::string>& missing) {
  const graph::Needs& needs = graph.needs();
  std::vector<NodeId> block(needs.size(), kNoNode);
  const auto is_missing = [&](const Version& version) { return !missing.empty() && missing.contains(graph.KeyOf(version)); };
  std::vector<Behind> cells;
  for (NodeId node = 0; node < needs.size(); ++node) {
    const std::uint32_t index = needs.index(node);
    if (needs.kind(node) == NodeKind::kExecution && graph.executions()[index].number <= generation) continue;
    if (needs.kind(node) == NodeKind::kVersion && graph.versions()[index].after <= generation) {
      if (is_missing(graph.versions()[index])) block[node] = node;
      continue;
    }
    for (NodeId need : needs.of(node)) {
      if (block[need] != kNoNode) block[node] = block[need];
    }
    if (needs.kind(node) == NodeKind::kVersion && !graph.versions()[index].explained) block[node] = node;
    if (needs.kind(node) != NodeKind::kExecution) continue;

    const Execution& execution = graph.executions()[index];
    const Verdict verdict = Judge(execution, wishes);
    std::string reason;
    if (verdict.kind == Verdict::kBlocked) {
      reason = verdict.why;
    } else if (verdict.kind == Verdict::kVaries) {
      reason = verdict.why + ", and may come out different";
    } else if (block[node] != kNoNode && needs.kind(block[node]) == NodeKind::kExecution) {
      reason = "it needs " + CellName(graph.executions()[needs.index(block[node])]) + ", which is not run again";
    } else if (block[node] != kNoNode) {
      const Version& version = graph.versions()[needs.index(block[node])];
      for (const std::string& name : graph.KeyOf(version)) reason += (reason.empty() ? "it needs " : ", ") + name;
      reason += ", which " + (version.explained ? missing.at(graph.KeyOf(version)) : "changed while no recorded cell touched it");
    }
    if (!reason.empty()) block[node] = node;
    cells.push_back({execution.number, reason.empty(), reason});
  }
  return cells;
}

}  // namespace ferry::plan
