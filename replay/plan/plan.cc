#include "replay/plan/plan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "replay/plan/planner.h"
#include "util/words.h"

namespace ferry::plan {

using graph::Execution;
using graph::kNoNode;
using graph::NodeKind;
using graph::Version;

namespace {

// Nodes looked at to tell for single components what runs again for them, or would. In a history that hangs together as
// a whole this is quadratic; beyond the limit an entry names only the executions that made it, and no alternative.
constexpr std::size_t kVisits = 4'000'000;

std::string Join(const Key& key) {
  std::string text;
  for (const std::string& name : key) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

const char* Name(Way way) {
  switch (way) {
    case Way::kStored: return "stored";
    case Way::kReplayed: return "replayed";
    case Way::kImage: return "image";
    case Way::kLost: return "lost";
  }
  return "";
}

Planner::Planner(const graph::SessionGraph& graph, const std::map<Key, Cost>& costs, const Options& options)
    : graph_(graph), needs_(graph.needs()), options_(options), item_of_(graph.versions().size(), kNone) {
  std::map<Key, Item> items;
  for (const auto& [key, cost] : costs) items[key] = {key, cost, nullptr, State::kOpen, "", ""};
  for (const Version& version : graph.versions()) {
    if (!version.live) continue;
    const Key key = graph.KeyOf(version);
    Item& item = items[key];
    if (item.key.empty()) {
      item.key = key;
      item.cost.storable = false;
      item.cost.reason = "it was never encoded";
    }
    item.version = &version;
  }
  for (auto& [key, item] : items) {
    if (item.version) item_of_[item.version - graph.versions().data()] = static_cast<std::uint32_t>(items_.size());
    items_.push_back(std::move(item));
  }
  const auto executions = graph.executions().size();
  for (const Execution& execution : graph.executions()) verdicts_.push_back(Judge(execution, options.wishes));
  conflict_.assign(executions, false);
  blind_.assign(executions, false);
  runs_.assign(executions, false);
  proved_.assign(executions, false);
  for (Item& item : items_) {
    if (!item.version) continue;
    for (std::uint32_t number : graph.Producers(*item.version)) {
      const Execution& producer = *graph.Find(number);
      if (item.cost.verified_replay) proved_[needs_.index(producer.node)] = true;
      if (std::count(producer.tags.begin(), producer.tags.end(), "ferry:pin")) item.cost.pinned = true;
    }
  }
}

Plan Planner::Make() {
  FindReach();
  Force();
  PriceImage();
  if (options_.policy == Policy::kCheapest && !image_) CutRest();
  SettleRest();
  MarkRuns();

  Plan plan;
  for (Item& item : items_) {
    plan.entries.push_back(Describe(item));
    if (plan.entries.back().way == Way::kImage) plan.image = true;
    if (item.state == State::kGone) AddBlockers(item, plan);
    if (item.state != State::kStored) continue;
    plan.bytes += item.cost.bytes;
    plan.save_seconds += item.cost.store_seconds + static_cast<double>(item.cost.bytes) / options_.bandwidth;
    plan.restore_seconds += LoadSeconds(item);
  }
  AddSteps(plan);
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    if (runs_[i]) plan.restore_seconds += static_cast<double>(graph_.executions()[i].duration_us) / 1e6;
  }
  if (plan.image) {
    plan.bytes += options_.image->bytes;
    plan.save_seconds += options_.image->take_seconds;
    plan.restore_seconds = options_.image->bring_seconds;
  }
  std::sort(plan.blockers.begin(), plan.blockers.end(), [](const Blocker& a, const Blocker& b) { return a.cell < b.cell; });
  return plan;
}

double Planner::LoadSeconds(const Item& item) const {
  return static_cast<double>(item.cost.bytes) / options_.bandwidth + item.cost.load_seconds;
}

double Planner::Seconds(const std::vector<std::uint32_t>& executions) const {
  std::int64_t sum = 0;
  for (std::uint32_t index : executions) sum += graph_.executions()[index].duration_us;
  return static_cast<double>(sum) / 1e6;
}

std::string Planner::Running(const std::vector<std::uint32_t>& executions) const {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < executions.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : ", ") + CellName(graph_.executions()[executions[i]]);
  }
  if (executions.size() > kShown) text += " and " + std::to_string(executions.size() - kShown) + " more";
  return text;
}

std::string Planner::CodeOfBlock(const Item& item) const {
  if (!item.version) return "unexplained-change";
  const NodeId block = block_[item.version->node];
  if (block != kNoNode && block != item.version->node) {
    if (const Item* gone = ItemOf(block); gone && gone->state == State::kGone) return gone->code;
  }
  if (block == kNoNode || block == item.version->node) {
    return item.version->explained ? "nondeterministic" : "unexplained-change";
  }
  if (needs_.kind(block) == NodeKind::kVersion) {
    return graph_.versions()[needs_.index(block)].explained ? "nondeterministic" : "unexplained-change";
  }
  const std::uint32_t execution = needs_.index(block);
  if (blind_[execution]) return "opaque";
  return conflict_[execution] ? "nondeterministic" : verdicts_[execution].code;
}

// Why the item cannot be made again; completes "... cannot be made again: ".
std::string Planner::WhyNot(const Item& item) const {
  if (!item.version) return "no recorded cell made it";
  const NodeId node = item.version->node;
  const NodeId block = block_[node] == kNoNode ? node : block_[node];
  if (needs_.kind(block) == NodeKind::kExecution) {
    const std::uint32_t index = needs_.index(block);
    const std::string who = CellName(graph_.executions()[index]);
    if (blind_[index]) return who + " touches what is stored, is needed by others, and cannot be compared";
    const std::string cell = who + " must not run again: " + verdicts_[index].why;
    return conflict_[index] ? cell + ", so it may come out different from what is stored of it" : cell;
  }
  const Version& version = graph_.versions()[needs_.index(block)];
  const std::string who = block == node ? "it" : "it needs " + Join(graph_.KeyOf(version)) + ", which";
  if (const Item* gone = ItemOf(block); gone && gone != &item && gone->state == State::kGone) return who + " does not come back";
  if (!version.explained) return who + " changed while no recorded cell touched it";
  return who + " comes from a cell that may come out different, and could not be compared";
}

Entry Planner::Describe(Item& item) {
  Entry entry;
  entry.key = item.key;
  entry.code = item.code;
  entry.reason = item.reason;
  entry.comparable = !item.cost.opaque;
  if (item.state == State::kReplayed) {
    std::vector<std::uint32_t> closure;
    if (visited_ < kVisits) closure = Closure({&item});
    else for (std::uint32_t number : graph_.Producers(*item.version)) closure.push_back(needs_.index(graph_.Find(number)->node));
    for (std::uint32_t index : closure) entry.executions.push_back(graph_.executions()[index].number);
    entry.way = Way::kReplayed;
    entry.seconds = Seconds(closure);
    const std::string again = Running(closure) + (closure.size() == 1 ? " makes" : " make") + " it again in about " + DurationInWords(entry.seconds);
    if (image_ && !item.cost.storable) {
      entry.way = Way::kImage;
      entry.code = "image-cheaper";
      entry.alternative = Alternative{Way::kReplayed, std::exchange(entry.seconds, options_.image->bring_seconds)};
      entry.reason += image_needed_ ? "; the system image that others need carries it"
                                    : "; a system image takes about " + DurationInWords(options_.image->Seconds()) + " in all";
      entry.reason.append(", else ").append(again);
      return entry;
    }
    entry.reason.append("; ").append(again);
    if (item.cost.storable) entry.alternative = Alternative{Way::kStored, LoadSeconds(item)};
    else if (options_.image) entry.alternative = Alternative{Way::kImage, options_.image->Seconds()};
    return entry;
  }
  if (item.version) entry.executions = graph_.Producers(*item.version);
  if (item.state == State::kGone) {
    entry.way = options_.image ? Way::kImage : Way::kLost;
    if (!options_.image) return entry;
    entry.reason += "; a system image carries it";
    entry.seconds = options_.image->bring_seconds;
    return entry;
  }
  entry.bytes = item.cost.bytes;
  entry.seconds = LoadSeconds(item);
  if (Replayable(item) && visited_ < kVisits) entry.alternative = Alternative{Way::kReplayed, Seconds(Closure({&item}))};
  return entry;
}

void Planner::AddBlockers(const Item& item, Plan& plan) {
  std::set<std::uint32_t> known;
  for (const Blocker& blocker : plan.blockers) known.insert(blocker.cell);
  for (std::uint32_t index : Closure({&item})) {
    const Verdict& verdict = verdicts_[index];
    const std::uint32_t number = graph_.executions()[index].number;
    if (verdict.kind != Verdict::kBlocked && verdict.kind != Verdict::kVaries) continue;
    if (known.insert(number).second) plan.blockers.push_back({number, verdict.effect, verdict.remedy});
  }
}

void Planner::AddSteps(Plan& plan) const {
  // A component is complete after the execution that its look came after: replays up to there come first.
  std::vector<std::pair<std::uint32_t, const Item*>> order;  // null: replay
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    if (runs_[i]) order.emplace_back(graph_.executions()[i].number, nullptr);
  }
  for (const Item& item : items_) {
    if (item.state == State::kStored) order.emplace_back(item.version ? item.version->after : ~std::uint32_t{0}, &item);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [number, item] : order) {
    if (item) plan.steps.push_back(Load{item->key});
    else plan.steps.push_back(plan::Replay{number});
  }
  // Names that the session has deleted since: those that the replayed cells bind, and those of the components they pass.
  std::set<std::string> dead;
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    if (!runs_[i]) continue;
    for (graph::NameId name : graph_.executions()[i].writes) {
      if (!graph_.IsLive(name)) dead.insert(graph_.name(name));
    }
  }
  for (const Item& item : items_) {
    for (const std::string& name : item.key) dead.erase(name);
  }
  if (!dead.empty()) plan.steps.push_back(Forget{{dead.begin(), dead.end()}});
}

Plan MakePlan(const graph::SessionGraph& graph, const std::map<Key, Cost>& costs, const Options& options) {
  return Planner(graph, costs, options).Make();
}

}  // namespace ferry::plan
