#include "tracker/graph/session_graph.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry::graph {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

CellRecord Cell(std::uint32_t number, Names reads, Names writes) {
  CellRecord cell;
  cell.execution = number;
  cell.count = static_cast<std::int32_t>(number);
  cell.duration_us = 1000;
  cell.reads = std::move(reads);
  cell.writes = std::move(writes);
  return cell;
}

ComponentState State(Names names, std::uint64_t value) {
  return {std::move(names), Digest{0, value}, true, ""};
}

// All executions that a replay of this component may need, through live components too.
Numbers Lineage(const SessionGraph& graph, const Names& key) {
  std::set<std::uint32_t> numbers;
  std::set<NodeId> seen;
  std::vector<NodeId> todo{graph.Live(key)->node};
  while (!todo.empty()) {
    const NodeId node = todo.back();
    todo.pop_back();
    if (!seen.insert(node).second) continue;
    if (graph.needs().kind(node) == NodeKind::kExecution) numbers.insert(graph.executions()[graph.needs().index(node)].number);
    for (NodeId need : graph.needs().of(node)) todo.push_back(need);
  }
  return {numbers.begin(), numbers.end()};
}

struct SessionGraphTest : testing::Test {
  SessionGraph graph;
  void Run(CellRecord cell) { ASSERT_TRUE(graph.Apply(cell).ok()); }
  void Look(std::uint32_t since, std::uint32_t after, std::vector<ComponentState> changed, std::vector<Names> gone = {}) {
    graph.Apply(ChangeRecord{since, after, std::move(changed), std::move(gone)});
  }
};

TEST_F(SessionGraphTest, ACommandToFerryMakesNothing) {
  Run(Cell(1, {}, {"f"}));
  CellRecord command = Cell(2, {}, {});
  command.effects = {{"ferry", "%checkpoint", true}};
  Run(command);
  Look(0, 2, {State({"#7"}, 1), State({"f"}, 2)});  // a function without a name: any cell of the window may have made it
  EXPECT_EQ(Lineage(graph, {"#7"}), Numbers({1}));
  command.execution = 3;
  Run(command);
  CellRecord door = Cell(4, {}, {"y"});
  door.door = true;
  Run(door);
  Look(2, 4, {State({"y"}, 3)});
  EXPECT_EQ(Lineage(graph, {"y"}), Numbers({1, 4}));
  command.execution = 5;
  command.writes = {"z"};  // %resume
  Run(command);
  Look(4, 5, {State({"#8"}, 4), State({"z"}, 5)});
  EXPECT_EQ(Lineage(graph, {"#8"}), Numbers({5}));
}

TEST_F(SessionGraphTest, AVersionNeedsItsCellAndWhatThatRead) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {"x"}, {"y"}));
  Look(1, 2, {State({"y"}, 2)});
  Run(Cell(3, {}, {"z"}));
  Look(2, 3, {State({"z"}, 3)});
  EXPECT_EQ(graph.Producers(*graph.Live({"y"})), Numbers({2}));
  EXPECT_EQ(Lineage(graph, {"y"}), Numbers({1, 2}));
  EXPECT_EQ(Lineage(graph, {"z"}), Numbers({3}));
}

TEST_F(SessionGraphTest, InPlaceChangeNeedsTheOldVersionAndBindingAnewDoesNot) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {"x"}, {}));
  Look(1, 2, {State({"x"}, 2)});
  EXPECT_EQ(graph.Producers(*graph.Live({"x"})), Numbers({2}));
  EXPECT_EQ(Lineage(graph, {"x"}), Numbers({1, 2}));
  Run(Cell(3, {}, {"x"}));
  Look(2, 3, {State({"x"}, 3)});
  EXPECT_EQ(Lineage(graph, {"x"}), Numbers({3}));
}

TEST_F(SessionGraphTest, EqualStateIsNoChange) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {}, {"x"}));
  Look(1, 2, {State({"x"}, 1)});
  EXPECT_EQ(graph.Producers(*graph.Live({"x"})), Numbers({1}));
  EXPECT_EQ(graph.versions().size(), 1u);
}

TEST_F(SessionGraphTest, MergeNeedsAllPartsAndSplitNeedsTheWhole) {
  Run(Cell(1, {}, {"a"}));
  Look(0, 1, {State({"a"}, 1)});
  Run(Cell(2, {}, {"b"}));
  Look(1, 2, {State({"b"}, 2)});
  Run(Cell(3, {"a", "b"}, {}));
  Look(2, 3, {State({"a", "b"}, 3)}, {{"a"}, {"b"}});
  EXPECT_EQ(graph.Live({"a"}), nullptr);
  EXPECT_EQ(Lineage(graph, {"a", "b"}), Numbers({1, 2, 3}));
  // `a = 5` names only a; b comes out of the old whole.
  Run(Cell(4, {}, {"a"}));
  Look(3, 4, {State({"a"}, 4), State({"b"}, 5)}, {{"a", "b"}});
  EXPECT_TRUE(graph.Live({"b"})->explained);
  EXPECT_EQ(graph.Producers(*graph.Live({"b"})), Numbers({4}));
  EXPECT_EQ(Lineage(graph, {"b"}), Numbers({1, 2, 3, 4}));
}

TEST_F(SessionGraphTest, WithoutALookBetweenEveryTouchCountsInOrder) {
  Run(Cell(1, {}, {"x"}));
  Run(Cell(2, {"x"}, {"tmp"}));
  Run(Cell(3, {}, {"other"}));
  Run(Cell(4, {"tmp"}, {"y"}));
  CellRecord removal = Cell(5, {}, {});
  removal.deletes = {"tmp"};
  Run(removal);
  Look(0, 5, {State({"x"}, 1), State({"y"}, 2), State({"other"}, 3)});
  EXPECT_EQ(graph.Producers(*graph.Live({"x"})), Numbers({1, 2}));
  EXPECT_EQ(graph.Producers(*graph.Live({"y"})), Numbers({4}));
  EXPECT_EQ(Lineage(graph, {"y"}), Numbers({1, 2, 4}));  // tmp was never seen by a look
  EXPECT_EQ(Lineage(graph, {"other"}), Numbers({3}));
}

TEST_F(SessionGraphTest, AConditionalWriteInARunOfCellsKeepsTheEarlierOne) {
  Run(Cell(1, {}, {"x"}));
  Run(Cell(2, {}, {"x"}));  // `if False: x = 5`
  Look(0, 2, {State({"x"}, 1)});
  EXPECT_EQ(Lineage(graph, {"x"}), Numbers({1, 2}));
}

TEST_F(SessionGraphTest, ChangeWithoutATouchIsUnexplained) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {}, {"y"}));
  Look(1, 2, {State({"x"}, 2), State({"y"}, 3)});
  EXPECT_FALSE(graph.Live({"x"})->explained);
  EXPECT_TRUE(graph.Live({"y"})->explained);
}

TEST_F(SessionGraphTest, StateThatCameBackHasItsOldMakers) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {"x"}, {}));
  Look(1, 2, {State({"x"}, 2)});
  Look(2, 2, {State({"x"}, 1)});  // resumed from the generation after cell 1
  EXPECT_TRUE(graph.Live({"x"})->explained);
  EXPECT_EQ(graph.Producers(*graph.Live({"x"})), Numbers({1}));
  EXPECT_EQ(Lineage(graph, {"x"}), Numbers({1}));
}

TEST_F(SessionGraphTest, CellsLostInACrashExplainNothingAfterIt) {
  Run(Cell(1, {}, {"x"}));
  Look(0, 1, {State({"x"}, 1)});
  Run(Cell(2, {"x"}, {"y"}));
  Look(2, 2, {State({"x"}, 7)});  // the look after resuming covers no execution
  EXPECT_FALSE(graph.Live({"x"})->explained);
  EXPECT_EQ(graph.Live({"y"}), nullptr);
}

TEST_F(SessionGraphTest, ADoorReadsAndTouchesEverything) {
  for (std::uint32_t i = 1; i <= 40; ++i) {
    const std::string name = std::string("v").append(std::to_string(i));
    Run(Cell(i, {}, {name}));
    Look(i - 1, i, {State({name}, i)});
  }
  Run(Cell(41, {}, {"v1"}));
  Look(40, 41, {State({"v1"}, 100)});
  CellRecord door = Cell(42, {}, {});
  door.door = true;
  Run(door);
  Run(Cell(43, {"v3"}, {"w"}));
  Look(41, 43, {State({"v2"}, 101), State({"w"}, 102)});
  Numbers all;
  for (std::uint32_t i = 2; i <= 42; ++i) all.push_back(i);
  EXPECT_EQ(graph.Producers(*graph.Live({"v2"})), Numbers({42}));
  EXPECT_EQ(Lineage(graph, {"v2"}), all);  // 1 is overwritten by 41
  all.push_back(43);
  EXPECT_EQ(Lineage(graph, {"w"}), all);   // the door may have changed v3 before 43 read it
}

TEST_F(SessionGraphTest, CodeWithoutANameIsMadeByAllCellsOfItsWindow) {
  Run(Cell(1, {}, {"A", "a"}));
  Run(Cell(2, {}, {"z"}));
  Look(0, 2, {State({"#17"}, 1), State({"a"}, 2), State({"z"}, 3)});
  EXPECT_EQ(graph.Producers(*graph.Live({"#17"})), Numbers({1, 2}));
}

TEST_F(SessionGraphTest, ARecordReplacesTheNoteOfItsStart) {
  CellRecord note = Cell(1, {}, {});
  note.status = Status::kStarted;
  Run(note);
  EXPECT_EQ(graph.Find(1)->status, Status::kStarted);
  Run(Cell(1, {}, {"x"}));
  EXPECT_EQ(graph.executions().size(), 1u);
  EXPECT_EQ(graph.Find(1)->status, Status::kOk);
  const Result<void> again = graph.Apply(Cell(1, {}, {"x"}));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kInvalid);
}

TEST_F(SessionGraphTest, ViewsOfOutputAreNoticed) {
  for (const char* view : {"_", "__", "___", "_3", "_i", "_ii", "_i12", "In", "Out", "_oh"}) {
    SessionGraph one;
    ASSERT_TRUE(one.Apply(Cell(1, {view}, {})).ok());
    EXPECT_TRUE(one.executions()[0].reads_views) << view;
  }
  for (const char* name : {"_x", "i", "_init", "Input", "_3d", "____"}) {
    SessionGraph one;
    ASSERT_TRUE(one.Apply(Cell(1, {name}, {})).ok());
    EXPECT_FALSE(one.executions()[0].reads_views) << name;
  }
}

TEST_F(SessionGraphTest, MemoryIsLinearWithManyDoors) {
  // 2000 components, 2000 doors, one change between two doors.
  std::vector<ComponentState> all;
  Names names;
  for (int i = 0; i < 2000; ++i) {
    names.push_back(std::string("v").append(std::to_string(i)));
    all.push_back(State({names.back()}, 1));
  }
  Run(Cell(1, {}, names));
  Look(0, 1, all);
  for (std::uint32_t i = 2; i < 2002; ++i) {
    CellRecord door = Cell(i, {}, {});
    door.door = true;
    Run(door);
    Look(i - 1, i, {State({names[i % 2000]}, i)});
  }
  EXPECT_LT(graph.needs().size(), 2000u * 20);
  EXPECT_EQ(Lineage(graph, {names[1]}).size(), 2001u);
}

}  // namespace
}  // namespace ferry::graph
