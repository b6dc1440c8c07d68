#include "tracker/graph/session_graph.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

namespace ferry::graph {
namespace {

// IPython's views of what was typed and displayed. They are not components, and what they show depends on every cell
// that ran, so a replay would read something else.
bool IsView(std::string_view name) {
  if (name == "In" || name == "Out" || name == "_ih" || name == "_oh") return true;
  if (name.empty() || name[0] != '_') return false;
  name.remove_prefix(1);
  if (name.empty() || name == "_" || name == "__") return true;
  if (name[0] == 'i') {
    name.remove_prefix(1);
    if (name.empty() || name == "i" || name == "ii") return true;
  }
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

struct SessionGraph::Change {
  const ComponentState* state;
  std::vector<NameId> names;
  std::vector<NodeId> needs;
  bool explained;
};

Key SessionGraph::KeyOf(const Version& version) const {
  Key key;
  for (NameId id : version.names) key.push_back(names_[id].text);
  return key;
}

const Execution* SessionGraph::Find(std::uint32_t number) const {
  auto it = std::lower_bound(executions_.begin(), executions_.end(), number,
                             [](const Execution& e, std::uint32_t n) { return e.number < n; });
  return it != executions_.end() && it->number == number ? &*it : nullptr;
}

const Version* SessionGraph::Live(const Key& key) const {
  if (key.empty()) return nullptr;
  const auto first = ids_.find(key[0]);
  if (first == ids_.end() || names_[first->second].version == kNone) return nullptr;
  const Version& version = versions_[names_[first->second].version];
  return KeyOf(version) == key ? &version : nullptr;
}

std::vector<std::uint32_t> SessionGraph::Producers(const Version& version) const {
  // A version that came back needs nothing but the earlier one that it equals.
  NodeId made = version.node;
  while (needs_.of(made).size() == 1 && needs_.kind(needs_.of(made)[0]) == NodeKind::kVersion) made = needs_.of(made)[0];

  std::vector<std::uint32_t> producers;
  std::vector<NodeId> todo{made};
  std::unordered_set<NodeId> seen;
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    for (NodeId need : needs_.of(node)) {
      if (needs_.kind(need) == NodeKind::kVersion || !seen.insert(need).second) continue;
      if (needs_.kind(need) == NodeKind::kExecution) producers.push_back(executions_[needs_.index(need)].number);
      else todo.push_back(need);
    }
  }
  std::sort(producers.begin(), producers.end());
  return producers;
}

NameId SessionGraph::Intern(const std::string& name) {
  auto [it, added] = ids_.try_emplace(name, static_cast<NameId>(names_.size()));
  if (added) names_.push_back({name, kNone, {}});
  return it->second;
}

SessionGraph::Touch& SessionGraph::TouchOf(NameId name) {
  const std::uint32_t version = names_[name].version;
  return version == kNone ? names_[name].touch : version_touch_[version];
}

// A door touches everything, so touches before it are part of the state before it.
bool SessionGraph::Holds(const Touch& touch) const {
  return touch.window == window_ && (door_ == kNoNode || touch.last > door_);
}

NodeId SessionGraph::OldState(NameId name) const {
  const std::uint32_t version = names_[name].version;
  return version == kNone ? kNoNode : versions_[version].node;
}

NodeId SessionGraph::State(NameId name) {
  Touch& touch = TouchOf(name);
  if (!Holds(touch)) return door_ != kNoNode ? door_ : OldState(name);
  if (touch.joined == kNoNode) {
    touch.joined = touch.before == kNoNode ? touch.last : needs_.Add(NodeKind::kJoin, 0, {touch.last, touch.before});
  }
  return touch.joined;
}

NodeId SessionGraph::AllOfWindow() {
  std::vector<NodeId> nodes{all_};
  for (; joined_ < executions_.size(); ++joined_) {
    if (!executions_[joined_].inert) nodes.push_back(executions_[joined_].node);
  }
  if (nodes.size() > 1) all_ = nodes.size() == 2 && all_ == kNoNode ? nodes[1] : needs_.Add(NodeKind::kJoin, 0, std::move(nodes));
  return all_;
}

NodeId SessionGraph::StateOfAll() {
  const NodeId before = world_.Root(needs_), since = AllOfWindow();
  if (before == kNoNode || since == kNoNode) return before == kNoNode ? since : before;
  return needs_.Add(NodeKind::kJoin, 0, {before, since});
}

void SessionGraph::AddTouches(const CellRecord& record, NodeId execution) {
  for (const auto* names : {&record.reads, &record.writes, &record.deletes}) {
    for (const std::string& text : *names) {
      const NameId name = Intern(text);
      Touch& touch = TouchOf(name);
      if (touch.window == window_ && touch.last == execution) continue;
      const bool first = !Holds(touch) && door_ == kNoNode;
      const NodeId before = State(name);
      touch = {window_, execution, before, kNoNode, first};
    }
  }
}

Result<void> SessionGraph::Apply(const CellRecord& record) {
  if (!executions_.empty()) {
    const Execution& last = executions_.back();
    if (last.number == record.execution && last.status == Status::kStarted && last.node + 1 == needs_.size()) {
      needs_.Drop();
      executions_.pop_back();
    } else if (record.execution <= last.number) {
      return Error{Code::kInvalid, "execution " + std::to_string(record.execution) + " recorded after execution " +
                                       std::to_string(last.number), ""};
    }
  }
  Execution execution;
  execution.number = record.execution;
  execution.count = record.count;
  execution.duration_us = record.duration_us;
  execution.status = record.status;
  execution.door = record.door;
  execution.effects = record.effects;
  execution.tags = record.tags;
  const bool own = std::any_of(record.effects.begin(), record.effects.end(), [](const Effect& e) { return e.kind == "ferry"; });
  execution.inert = own && !record.door && record.reads.empty() && record.writes.empty() && record.deletes.empty();
  for (const GeneratorState& state : record.drew) {
    if (!state.before.empty()) execution.drew.push_back(state.generator);
    else execution.effects.push_back({"random", state.generator, false});  // it came with this cell, in a state nobody saw
  }
  for (const std::string& name : record.writes) execution.writes.push_back(Intern(name));

  std::vector<NodeId> needs;
  for (const std::string& name : record.reads) {
    if (IsView(name)) execution.reads_views = true;
    needs.push_back(State(Intern(name)));
  }
  if (record.door) needs.push_back(StateOfAll());
  const auto index = static_cast<std::uint32_t>(executions_.size());
  execution.node = needs_.Add(NodeKind::kExecution, index, std::move(needs));
  const NodeId node = execution.node;
  executions_.push_back(std::move(execution));
  AddTouches(record, node);
  if (record.door) door_ = node;
  return {};
}

bool SessionGraph::Unchanged(const ComponentState& state) const {
  const Version* live = Live(state.names);
  return live && live->transparent && state.transparent && live->fingerprint == state.fingerprint;
}

SessionGraph::Change SessionGraph::Explain(const ComponentState& state) {
  Change change{&state, {}, {}, false};
  for (const std::string& name : state.names) change.names.push_back(Intern(name));
  for (NameId name : change.names) {
    // Code units without a name can be reached by any execution through what uses them.
    if (names_[name].text.starts_with('#')) {
      const NodeId all = AllOfWindow();
      change.explained |= all != kNoNode;
      change.needs.insert(change.needs.end(), {all, OldState(name)});
      continue;
    }
    const Touch& touch = TouchOf(name);
    change.explained |= Holds(touch) || door_ != kNoNode;
    const std::uint32_t old = names_[name].version;
    // Touched by one execution only and of the same names as before: either that execution read the old state, and needs
    // it itself, or it bound all of it anew.
    const bool alone = Holds(touch) && touch.first && old != kNone && versions_[old].names == change.names;
    change.needs.push_back(alone ? touch.last : State(name));
  }
  if (change.explained) return change;

  // Nothing that ran explains it. If it is what it was once before (a session that came back), it has that one's makers.
  change.needs.clear();
  const auto known = by_key_.find(state.names);
  if (known == by_key_.end() || !state.transparent) return change;
  for (auto it = known->second.rbegin(); it != known->second.rend(); ++it) {
    const Version& version = versions_[*it];
    if (!version.transparent || version.fingerprint != state.fingerprint) continue;
    change.needs = {version.node};
    change.explained = version.explained;
    break;
  }
  return change;
}

void SessionGraph::Bury(std::uint32_t version) {
  if (version == kNone) return;
  for (NameId name : versions_[version].names) names_[name].version = kNone;
  versions_[version].live = false;
  world_.Remove(versions_[version].place);
}

void SessionGraph::OpenWindow() {
  ++window_;
  begin_ = joined_ = executions_.size();
  door_ = all_ = kNoNode;
}

void SessionGraph::Apply(const ChangeRecord& record) {
  // The executions of this window ended before the look that `since` names: they changed nothing that is still there.
  if (begin_ < executions_.size() && executions_.back().number <= record.since) OpenWindow();

  std::vector<Change> changes;
  for (const ComponentState& state : record.changed) {
    if (!state.names.empty() && !Unchanged(state)) changes.push_back(Explain(state));
  }
  for (const Key& key : record.gone) {
    if (const Version* version = Live(key)) Bury(static_cast<std::uint32_t>(version - versions_.data()));
  }
  for (const Change& change : changes) {
    for (NameId name : change.names) Bury(names_[name].version);
  }
  for (Change& change : changes) {
    const auto index = static_cast<std::uint32_t>(versions_.size());
    Version version;
    version.names = std::move(change.names);
    version.fingerprint = change.state->fingerprint;
    version.transparent = change.state->transparent;
    version.after = record.after;
    version.explained = change.explained;
    version.live = true;
    version.node = needs_.Add(NodeKind::kVersion, index, std::move(change.needs));
    version.place = world_.Put(version.node);
    for (NameId name : version.names) names_[name].version = index;
    by_key_[change.state->names].push_back(index);
    versions_.push_back(std::move(version));
    version_touch_.emplace_back();
  }
  OpenWindow();
}

}  // namespace ferry::graph
