// The history of a session as one directed graph of needs, folded from its log. The planner asks it what must run, or be
// loaded, before a component is what it was.
//
// Nodes are numbered in the order in which they come into being, and a node needs only nodes with smaller numbers: every
// question about reach is one pass over an array. There are three kinds.
//   execution  needs the state of all that it read, as it was when it started
//   version    a component between two changes; needs the executions that made it, and the version before where it was
//              changed in place, split or merged
//   join       "the state of this name after several executions": needs the execution that touched it last, and the
//              state before that
// Time is cut into windows by looks: a ChangeRecord closes the window (since, after], and every execution in it whose
// touch set meets a component counts as one that made its new version. Inside a window the order of touches is kept, so
// that an execution that read what an earlier one in the same window wrote needs that one, whether or not a look ever saw
// the state between them. Touching a name touches its whole component.
//
// An execution behind a door reads everything. Listing that would cost (doors x components); instead the live versions
// are the leaves of a tree of joins, of which only what moved since the last door is built anew (world.h).
//
// Memory is linear in the log (times log of the number of components where doors are), and no Python object is kept.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracker/graph/needs.h"
#include "tracker/graph/record.h"
#include "tracker/graph/world.h"
#include "util/result.h"

namespace ferry::graph {

using NameId = std::uint32_t;
using Key = std::vector<std::string>;  // sorted names of a component

// What is kept of a CellRecord.
struct Execution {
  std::uint32_t number = 0;
  std::int32_t count = 0;
  std::int64_t duration_us = 0;
  Status status = Status::kOk;
  bool door = false;
  bool inert = false;                   // a command to Ferry itself that touched nothing: nobody's maker
  bool reads_views = false;             // names _, _3, Out, In ...: which cell's output that is depends on what was run
  std::vector<Effect> effects;
  std::vector<std::string> drew;        // generators whose state before is in the record
  std::vector<std::string> tags;
  std::vector<NameId> writes;           // names it binds: what a replay may bring back from the dead
  NodeId node = kNoNode;
};

struct Version {
  std::vector<NameId> names;            // in the order of the key
  Digest fingerprint;
  bool transparent = false;
  std::uint32_t after = 0;              // the execution after which a look found it
  bool explained = false;               // some recorded execution made it
  bool live = false;
  std::uint32_t place = 0;              // in the tree of living versions
  NodeId node = kNoNode;
};

class SessionGraph {
 public:
  // Records must come in the order of the log. A note with Status::kStarted is replaced by the record that follows it.
  // kInvalid, and nothing changed: an execution number that does not grow.
  Result<void> Apply(const CellRecord& record);
  // A look covers the whole namespace. One that found nothing should be applied too: it closes the window. What an older
  // look should have found is unexplained.
  void Apply(const ChangeRecord& record);

  const Needs& needs() const { return needs_; }
  const std::vector<Execution>& executions() const { return executions_; }
  const std::vector<Version>& versions() const { return versions_; }
  const std::string& name(NameId id) const { return names_[id].text; }
  Key KeyOf(const Version& version) const;

  // The execution of this number, or null.
  const Execution* Find(std::uint32_t number) const;
  // The live version with exactly these names, or null.
  const Version* Live(const Key& key) const;
  // A name of a live component?
  bool IsLive(NameId name) const { return names_[name].version != kNone; }
  // The executions that made this version since the one before it, in order.
  std::vector<std::uint32_t> Producers(const Version& version) const;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // Who touched a name or component in the open window. Valid if `window` is the open one.
  struct Touch {
    std::uint32_t window = 0;
    NodeId last = kNoNode;    // the execution that touched it last
    NodeId before = kNoNode;  // its state before that one
    NodeId joined = kNoNode;  // the join of both, once asked for
    bool first = false;       // nothing in the window touched it before `last`
  };
  struct Name {
    std::string text;
    std::uint32_t version = kNone;  // live version it belongs to
    Touch touch;                    // used while it belongs to none
  };

  struct Change;

  NameId Intern(const std::string& name);
  Touch& TouchOf(NameId name);
  bool Holds(const Touch& touch) const;
  NodeId OldState(NameId name) const;
  NodeId State(NameId name);
  NodeId StateOfAll();
  NodeId AllOfWindow();
  void AddTouches(const CellRecord& record, NodeId execution);
  bool Unchanged(const ComponentState& state) const;
  Change Explain(const ComponentState& state);
  void Bury(std::uint32_t version);
  void OpenWindow();

  Needs needs_;
  World world_;
  std::vector<Execution> executions_;
  std::vector<Version> versions_;
  std::vector<Touch> version_touch_;  // beside versions_
  std::vector<Name> names_;
  std::unordered_map<std::string, NameId> ids_;
  std::map<Key, std::vector<std::uint32_t>> by_key_;

  // The open window.
  std::uint32_t window_ = 1;      // its serial number
  std::size_t begin_ = 0;         // index of its first execution
  NodeId door_ = kNoNode;         // its last execution behind a door
  std::size_t joined_ = 0;        // executions before this index are in all_
  NodeId all_ = kNoNode;          // join of its executions
};

}  // namespace ferry::graph
