// The planner against brute force. Random small sessions; every assignment of {stored, replayed} to the live components is
// judged by the conditions below, written down anew from the history itself and not from the planner's graph; the plan must
// be consistent, must not lose what any consistent assignment keeps, and under `cheapest` must cost no more than the best.
//
//   C1 C2  a replayed cell finds every version that it read: stored, replayed, or made again by a cell that runs again
//   C3     replays come in order, and a component is loaded after the last cell that changed it
//   C4     names that a replay brings back and the session had deleted are forgotten
//   C5     if a cell that varies runs again, all live components of its lineage are replayed
//   C6     a cell that must not run again does not; what is neither storable nor replayable is lost, and nothing else is
//   C7     a cell whose draws were not recorded does not run again
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <limits>
#include <random>
#include <set>

#include "replay/plan/plan.h"

namespace ferry::plan {
namespace {

using graph::CellRecord;
using graph::ChangeRecord;
using graph::SessionGraph;

enum class Nature { kSafe, kVaries, kUnsafe, kUndrawn };

// A session of one-name components with a look after every cell, as the test keeps it.
struct Model {
  struct Cell {
    std::vector<int> reads;   // versions
    std::vector<int> makes;   // versions
    std::int64_t micros;
    Nature nature;
    std::set<int> binds;      // names
  };
  struct Version {
    int name, cell;
    int old;                  // the version before, if this is an in-place change; else -1
    bool live = true, explained = true;
  };
  std::vector<Cell> cells;
  std::vector<Version> versions;
  std::vector<int> live;      // version of each name, or -1
};

struct Session {
  Model model;
  SessionGraph graph;
  std::map<Key, Cost> costs;
};

Key KeyOf(int name) { return {std::string(1, static_cast<char>('a' + name))}; }

Session RandomSession(std::mt19937& random, int cells, int names, bool cheapest) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Session s;
  s.model.live.assign(names, -1);
  for (int c = 0; c < cells; ++c) {
    CellRecord record;
    ChangeRecord look;
    record.execution = static_cast<std::uint32_t>(c + 1);
    record.duration_us = 1'000 * (1 + pick(1000));
    look.since = record.execution - 1;
    look.after = record.execution;
    Model::Cell cell{{}, {}, record.duration_us, Nature::kSafe, {}};
    switch (pick(9)) {
      case 0: cell.nature = Nature::kUnsafe, record.effects = {{"network", "h", true}}; break;
      case 1: cell.nature = Nature::kVaries, record.effects = {{"clock", "", false}}; break;
      case 2: if (pick(2)) cell.nature = Nature::kUndrawn, record.effects = {{"random", "uuid", false}}; break;
      default: break;
    }
    std::set<int> read, bound, changed;
    for (int n = 0; n < names; ++n) {
      const bool exists = s.model.live[n] >= 0;
      if (exists && pick(3) == 0) read.insert(n);
      if (pick(4) == 0) bound.insert(n);
    }
    for (int n : read) {
      cell.reads.push_back(s.model.live[n]);
      record.reads.push_back(KeyOf(n)[0]);
      if (!bound.contains(n) && pick(3) == 0) changed.insert(n);
    }
    for (int n = 0; n < names; ++n) {
      const int old = s.model.live[n];
      bool unexplained = old >= 0 && !read.contains(n) && !bound.contains(n) && pick(40) == 0;
      if (!bound.contains(n) && !changed.contains(n) && !unexplained) continue;
      if (bound.contains(n)) {
        record.writes.push_back(KeyOf(n)[0]);
        cell.binds.insert(n);
      }
      if (old >= 0) s.model.versions[old].live = false;
      s.model.live[n] = static_cast<int>(s.model.versions.size());
      s.model.versions.push_back({n, c, changed.contains(n) ? old : -1, true, !unexplained});
      cell.makes.push_back(s.model.live[n]);
      look.changed.push_back({KeyOf(n), Digest{1, s.model.versions.size()}, true, ""});
    }
    if (const int n = pick(3 * names); n < names && s.model.live[n] >= 0 && !bound.contains(n) && !changed.contains(n) && !read.contains(n)) {
      s.model.versions[s.model.live[n]].live = false;
      s.model.live[n] = -1;
      record.deletes.push_back(KeyOf(n)[0]);
      look.gone.push_back(KeyOf(n));
      std::erase_if(look.changed, [&](const auto& state) { return state.names == KeyOf(n); });
    }
    EXPECT_TRUE(s.graph.Apply(record).ok());
    s.graph.Apply(look);
    s.model.cells.push_back(std::move(cell));
  }
  for (int n = 0; n < names; ++n) {
    if (s.model.live[n] < 0) continue;
    Cost& cost = s.costs[KeyOf(n)];
    cost.storable = pick(4) != 0;
    cost.load_seconds = 0.001 * (1 + pick(1500));
    cost.pinned = pick(8) == 0;
    cost.verified_replay = cheapest && pick(4) != 0;
  }
  return s;
}

// All cells that run again if these names are replayed; false if one of them must not.
bool Reruns(const Session& s, const std::set<int>& replayed, std::set<int>& cells) {
  const Model& m = s.model;
  std::set<int> done;
  std::vector<int> todo;
  for (int n : replayed) todo.push_back(m.live[n]);
  while (!todo.empty()) {
    const int v = todo.back();
    todo.pop_back();
    if (!done.insert(v).second) continue;
    if (!m.versions[v].explained) return false;
    const int c = m.versions[v].cell;
    if (m.cells[c].nature == Nature::kUnsafe || m.cells[c].nature == Nature::kUndrawn) return false;
    cells.insert(c);
    for (int read : m.cells[c].reads) {
      if (!m.versions[read].live) {
        todo.push_back(read);
        continue;
      }
      // A live version is there if it is stored or replayed; lost ones are not.
      const int n = m.versions[read].name;
      if (!replayed.contains(n) && !s.costs.at(KeyOf(n)).storable) return false;
    }
  }
  return true;
}

// Names whose full lineage holds this cell.
std::set<int> Lineage(const Model& m, int cell) {
  std::vector<bool> from(m.versions.size(), false), runs(m.cells.size(), false);
  for (std::size_t c = 0; c < m.cells.size(); ++c) {
    runs[c] = static_cast<int>(c) == cell;
    for (int v : m.cells[c].reads) runs[c] = runs[c] || from[v];
    for (int v : m.cells[c].makes) from[v] = runs[c] && m.versions[v].explained;
  }
  std::set<int> names;
  for (std::size_t n = 0; n < m.live.size(); ++n) {
    if (m.live[n] >= 0 && from[m.live[n]]) names.insert(static_cast<int>(n));
  }
  return names;
}

// Is this assignment consistent? Names that are neither stored nor replayed are lost.
bool Consistent(const Session& s, const std::set<int>& replayed, std::set<int>& cells) {
  if (!Reruns(s, replayed, cells)) return false;
  for (int c : cells) {
    if (s.model.cells[c].nature != Nature::kVaries) continue;
    for (int n : Lineage(s.model, c)) {
      if (!replayed.contains(n) && s.costs.at(KeyOf(n)).storable) return false;
    }
  }
  return true;
}

struct Price {
  int lost = 0;
  std::int64_t micros = 0;
  auto operator<=>(const Price&) const = default;
};

Price PriceOf(const Session& s, const std::set<int>& replayed, const std::set<int>& cells) {
  Price price;
  for (int c : cells) price.micros += s.model.cells[c].micros + kReplayMicros;
  for (const auto& [key, cost] : s.costs) {
    if (replayed.contains(key[0][0] - 'a')) continue;
    if (cost.storable) price.micros += std::llround(cost.load_seconds * 1e6);
    else ++price.lost;
  }
  return price;
}

// The best price. `cheapest` gives up just what store-first gives up: nothing that can be stored is put at risk for it.
Price BruteForce(const Session& s, const Options& options) {
  std::set<int> kept;
  if (options.policy == Policy::kCheapest) {
    for (const Entry& entry : MakePlan(s.graph, s.costs, {}).entries) {
      if (entry.way == Way::kReplayed) kept.insert(entry.key[0][0] - 'a');
    }
  }
  std::vector<int> names;
  for (const auto& [key, cost] : s.costs) names.push_back(key[0][0] - 'a');
  Price best{std::numeric_limits<int>::max(), 0};
  for (unsigned mask = 0; mask < 1u << names.size(); ++mask) {
    std::set<int> replayed, cells;
    bool allowed = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!(mask >> i & 1)) continue;
      const Cost& cost = s.costs.at(KeyOf(names[i]));
      allowed &= (!cost.storable && (options.policy == Policy::kStoreFirst || kept.contains(names[i]))) || (cost.storable && !cost.pinned && options.policy == Policy::kCheapest && (cost.verified_replay || options.have_source));
      replayed.insert(names[i]);
    }
    if (allowed && Consistent(s, replayed, cells)) best = std::min(best, PriceOf(s, replayed, cells));
  }
  return best;
}

std::string Text(const Plan& plan) {
  std::string text;
  for (const Entry& e : plan.entries) text += "\n" + e.key[0] + " " + Name(e.way) + " " + e.code + ": " + e.reason;
  return text;
}

void CheckPlan(const Session& s, const Options& options) {
  const Plan plan = MakePlan(s.graph, s.costs, options);
  std::set<int> replayed, cells, planned;
  for (const Entry& entry : plan.entries) {
    EXPECT_FALSE(entry.reason.empty() || entry.code.empty());
    if (entry.way == Way::kReplayed) replayed.insert(entry.key[0][0] - 'a');
    if (entry.way == Way::kStored) EXPECT_TRUE(s.costs.at(entry.key).storable);
    if (entry.way == Way::kLost) EXPECT_FALSE(s.costs.at(entry.key).storable);
    if (entry.way == Way::kReplayed && s.costs.at(entry.key).storable) EXPECT_FALSE(s.costs.at(entry.key).pinned);
  }
  EXPECT_TRUE(Consistent(s, replayed, cells)) << Text(plan);
  EXPECT_EQ(PriceOf(s, replayed, cells), BruteForce(s, options)) << Text(plan);

  // The steps: the same cells, in order; loads after the last change; dead names forgotten.
  std::uint32_t last = 0;
  std::set<std::string> forgotten, expected;
  for (const Step& step : plan.steps) {
    if (const auto* replay = std::get_if<Replay>(&step)) {
      EXPECT_GT(replay->execution, last);
      last = replay->execution;
      planned.insert(static_cast<int>(last) - 1);
    } else if (const auto* load = std::get_if<Load>(&step)) {
      const int version = s.model.live[load->key[0][0] - 'a'];
      const auto made = static_cast<std::uint32_t>(s.model.versions[version].cell + 1);
      EXPECT_LE(last, made) << "a cell after the last change of " << load->key[0] << " ran before it was loaded";
      for (int c : cells) {
        if (!planned.contains(c)) EXPECT_GE(c + 1, static_cast<int>(made)) << "an older cell would overwrite " << load->key[0];
      }
    } else {
      for (const std::string& name : std::get<Forget>(step).names) forgotten.insert(name);
    }
  }
  EXPECT_EQ(planned, cells);
  for (int c : cells) {
    for (int n : s.model.cells[c].binds) {
      if (s.model.live[n] < 0) expected.insert(KeyOf(n)[0]);
    }
  }
  EXPECT_EQ(forgotten, expected);
}

TEST(PlanProperty, StoreFirstLosesOnlyWhatIsForced) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) CheckPlan(RandomSession(random, 8, 5, false), {});
}

TEST(PlanProperty, CheapestIsTheMinimumOfAllConsistentAssignments) {
  std::mt19937 random(2);
  Options options;
  options.policy = Policy::kCheapest;
  for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
    options.have_source = i % 2 == 0;
    CheckPlan(RandomSession(random, 9, 6, true), options);
  }
}

TEST(PlanProperty, ManyCellsAndComponents) {
  std::mt19937 random(3);
  constexpr std::uint32_t kCells = 100'000, kNames = 10'000;
  SessionGraph graph;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  std::vector<std::string> names;
  for (std::uint32_t n = 0; n < kNames; ++n) names.push_back(std::string("v").append(std::to_string(n)));
  for (std::uint32_t c = 1; c <= kCells; ++c) {
    CellRecord cell;
    cell.execution = c;
    cell.duration_us = 1 + random() % 1'000'000;
    cell.reads = {names[random() % kNames], names[random() % kNames], names[random() % 100]};
    cell.writes = {names[c % kNames]};
    if (random() % 50 == 0) cell.effects = {{"clock", "", false}};
    ASSERT_TRUE(graph.Apply(cell).ok());
    graph.Apply(ChangeRecord{c - 1, c, {{{cell.writes[0]}, Digest{c, c}, true, ""}}, {}});
  }
  std::map<Key, Cost> costs;
  for (const std::string& name : names) {
    Cost& cost = costs[{name}];
    cost.bytes = random() % 100'000'000;
    cost.storable = random() % 1000 != 0;
  }
  const double folded = seconds();
  std::cout << "fold " << folded << " s" << std::endl;
  const Plan first = MakePlan(graph, costs, {});
  const double stored = seconds();
  std::cout << "store-first " << stored - folded << " s" << std::endl;
  Options options;
  options.policy = Policy::kCheapest;
  options.have_source = true;
  const Plan cheapest = MakePlan(graph, costs, options);
  std::cout << "cheapest " << seconds() - stored << " s" << std::endl;
  EXPECT_EQ(first.entries.size(), kNames);
  EXPECT_EQ(cheapest.entries.size(), kNames);
  EXPECT_LE(cheapest.restore_seconds, first.restore_seconds);
}

}  // namespace
}  // namespace ferry::plan
