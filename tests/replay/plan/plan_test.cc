#include "replay/plan/plan.h"

#include <gtest/gtest.h>

namespace ferry::plan {
namespace {

using graph::CellRecord;
using graph::ChangeRecord;
using graph::ComponentState;
using graph::Effect;
using graph::SessionGraph;
using Names = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

// A session in which a look follows every cell.
struct PlanTest : testing::Test {
  SessionGraph graph;
  std::map<Key, Cost> costs;
  Options options;
  std::uint32_t number = 0;

  // Runs a cell of `seconds` that reads and binds names, and finds the components `changed` afterwards.
  void Run(Names reads, Names writes, std::vector<Names> changed, double seconds = 1, std::vector<Effect> effects = {},
           Names drew = {}, Names tags = {}, std::vector<Names> gone = {}) {
    CellRecord cell;
    cell.execution = ++number;
    cell.count = static_cast<std::int32_t>(number);
    cell.duration_us = static_cast<std::int64_t>(seconds * 1e6);
    cell.reads = std::move(reads);
    cell.writes = std::move(writes);
    cell.effects = std::move(effects);
    cell.tags = std::move(tags);
    for (std::string& generator : drew) cell.drew.push_back({std::move(generator), "state"});
    ASSERT_TRUE(graph.Apply(cell).ok());
    ChangeRecord look{number - 1, number, {}, std::move(gone)};
    for (Names& names : changed) {
      costs[names] = Cost{};
      look.changed.push_back({std::move(names), Digest{number, look.changed.size()}, true, ""});
    }
    graph.Apply(look);
  }

  void Unstorable(const std::string& name, bool opaque = false) {
    costs[{name}].storable = false;
    costs[{name}].reason = "generator at " + name;
    costs[{name}].opaque = opaque;
  }

  Plan Make() { return MakePlan(graph, costs, options); }
  static const Entry& Of(const Plan& plan, const std::string& name) {
    for (const Entry& entry : plan.entries) {
      if (std::find(entry.key.begin(), entry.key.end(), name) != entry.key.end()) return entry;
    }
    ADD_FAILURE() << "no entry for " << name;
    return plan.entries.front();
  }
  static std::string Steps(const Plan& plan) {
    std::string text;
    for (const Step& step : plan.steps) {
      if (const auto* replay = std::get_if<Replay>(&step)) text += " " + std::to_string(replay->execution);
      if (const auto* load = std::get_if<Load>(&step)) text += " " + load->key[0];
      if (const auto* forget = std::get_if<Forget>(&step)) {
        for (const std::string& name : forget->names) text += " -" + name;
      }
    }
    return text;
  }
};

TEST_F(PlanTest, StoreFirstStoresAllThatCanBeStored) {
  Run({}, {"x"}, {{"x"}});
  Run({"x"}, {"y"}, {{"y"}}, 0.001);
  costs[{"y"}].bytes = 1'000'000'000;
  const Plan plan = Make();
  EXPECT_EQ(Of(plan, "y").way, Way::kStored);
  EXPECT_EQ(Of(plan, "y").code, "fits");
  EXPECT_EQ(Of(plan, "y").executions, Numbers({2}));
  ASSERT_TRUE(Of(plan, "y").alternative);
  EXPECT_EQ(Of(plan, "y").alternative->way, Way::kReplayed);
  EXPECT_DOUBLE_EQ(Of(plan, "y").alternative->seconds, 0.001);
  EXPECT_EQ(plan.bytes, 1'000'000'000u);
  EXPECT_EQ(Steps(plan), " x y");
}

TEST_F(PlanTest, WhatCannotBeStoredIsReplayedOnTopOfWhatIsStored) {
  Run({}, {"x"}, {{"x"}});
  Run({"x"}, {"g"}, {{"g"}}, 0.5);
  Unstorable("g", true);
  const Plan plan = Make();
  const Entry& g = Of(plan, "g");
  EXPECT_EQ(g.way, Way::kReplayed);
  EXPECT_EQ(g.code, "unpicklable");
  EXPECT_EQ(g.reason, "it cannot be stored (generator at g); cell 2 makes it again in about 0.5 s");
  EXPECT_EQ(g.executions, Numbers({2}));
  EXPECT_FALSE(g.comparable);
  EXPECT_EQ(Steps(plan), " x 2");
}

TEST_F(PlanTest, ReplayLoadsOverWhatItBrokeAndForgetsWhatWasDeleted) {
  Run({}, {"x", "tmp"}, {{"x"}, {"tmp"}});
  Run({"tmp"}, {"g"}, {{"g"}});
  Run({"x"}, {}, {{"x"}});
  Run({}, {}, {}, 1, {}, {}, {}, {{"tmp"}});
  costs.erase({"tmp"});
  Unstorable("g");
  const Plan plan = Make();
  EXPECT_EQ(Of(plan, "g").executions, Numbers({1, 2}));  // tmp is gone, so it is made again
  EXPECT_EQ(Steps(plan), " 1 2 x -tmp");                 // x is loaded after its last change
}

TEST_F(PlanTest, UnsafeCellsMakeLostOrImageAndAreNamed) {
  Run({}, {"con"}, {{"con"}}, 1, {{"network", "db:5432", true}});
  Run({"con"}, {"cursor"}, {{"cursor"}});
  Run({}, {"z"}, {{"z"}});
  Unstorable("con");
  Unstorable("cursor");
  Plan plan = Make();
  EXPECT_EQ(Of(plan, "con").way, Way::kLost);
  EXPECT_EQ(Of(plan, "con").code, "unsafe-cell");
  EXPECT_EQ(Of(plan, "cursor").way, Way::kLost);
  EXPECT_EQ(Of(plan, "cursor").reason,
            "it cannot be stored (generator at cursor), and cannot be made again: cell 1 must not run again: it used the "
            "network (db:5432)");
  EXPECT_EQ(Of(plan, "z").way, Way::kStored);
  ASSERT_EQ(plan.blockers.size(), 1u);
  EXPECT_EQ(plan.blockers[0].cell, 1u);
  EXPECT_EQ(plan.blockers[0].effect, "network: db:5432");
  EXPECT_NE(plan.blockers[0].remedy.find("replay-ok 1"), std::string::npos);
  EXPECT_EQ(Steps(plan), " z");

  options.image = Image{1000, 10, 10};
  EXPECT_EQ(Of(Make(), "cursor").way, Way::kImage);
  options.wishes.replay_ok = {1};
  plan = Make();
  EXPECT_EQ(Of(plan, "cursor").way, Way::kReplayed);
  EXPECT_EQ(Of(plan, "cursor").executions, Numbers({1, 2}));
  EXPECT_TRUE(plan.blockers.empty());
}

TEST_F(PlanTest, WhatACellMayHaveHandedOnForbidsReplays) {
  Run({}, {"g"}, {{"g"}}, 1, {{"running", "task Task-7", false}});
  Unstorable("g");
  const Plan plan = Make();
  EXPECT_EQ(Of(plan, "g").way, Way::kLost);
  EXPECT_EQ(Of(plan, "g").reason,
            "it cannot be stored (generator at g), and cannot be made again: cell 1 must not run again: it may have left something to do "
            "to what went on when it ended (task Task-7)");
  options.wishes.replay_ok = {1};
  EXPECT_EQ(Of(Make(), "g").way, Way::kReplayed);
}

TEST_F(PlanTest, AnImageIsTakenWhereRunningCellsAgainTakesTwiceAsLong) {
  Run({}, {"x"}, {{"x"}}, 5000);
  Run({"x"}, {"g"}, {{"g"}}, 100);
  Unstorable("g");
  options.image = Image{3'000'000'000, 30, 21};
  Plan plan = Make();
  EXPECT_FALSE(plan.image);
  EXPECT_EQ(Of(plan, "g").way, Way::kReplayed);
  EXPECT_EQ(Of(plan, "g").alternative->way, Way::kImage);
  EXPECT_DOUBLE_EQ(Of(plan, "g").alternative->seconds, 51);
  EXPECT_EQ(plan.bytes, 0u);

  Run({"g"}, {"h"}, {{"h"}}, 8000);
  Unstorable("h");
  for (Policy policy : {Policy::kStoreFirst, Policy::kCheapest}) {
    options.policy = policy;
    plan = Make();
    EXPECT_TRUE(plan.image);
    const Entry& h = Of(plan, "h");
    EXPECT_EQ(h.way, Way::kImage);
    EXPECT_EQ(h.code, "image-cheaper");
    EXPECT_EQ(h.reason, "it cannot be stored (generator at h); a system image takes about 51 s in all, else cell 2, cell 3 make it again in about 2.2 h");
    EXPECT_EQ(h.executions, Numbers({2, 3}));
    EXPECT_DOUBLE_EQ(h.seconds, 21);
    EXPECT_EQ(h.alternative->way, Way::kReplayed);
    EXPECT_DOUBLE_EQ(h.alternative->seconds, 8100);
    EXPECT_EQ(Of(plan, "g").way, Way::kImage) << "it is there anyway";
    EXPECT_EQ(Of(plan, "x").way, Way::kStored);
    EXPECT_EQ(plan.bytes, 3'000'000'000u);
    EXPECT_DOUBLE_EQ(plan.save_seconds, 30);
    EXPECT_DOUBLE_EQ(plan.restore_seconds, 21);
    EXPECT_EQ(Steps(plan), " x 2 3") << "as it comes back without the image";
  }
  options.image.reset();
  EXPECT_EQ(Of(Make(), "h").way, Way::kReplayed);
}

TEST_F(PlanTest, WhatTheUserWantsRecomputedTakesNoImage) {
  Run({}, {"x"}, {{"x"}}, 5000);
  costs[{"x"}].user_recompute = true;
  options.image = Image{1000, 1, 1};
  EXPECT_EQ(Of(Make(), "x").way, Way::kReplayed);
}

TEST_F(PlanTest, TheImageThatOneNeedsCarriesWhatCouldRunAgain) {
  Run({}, {"con"}, {{"con"}}, 1, {{"network", "db:5432", true}});
  Run({}, {"g"}, {{"g"}}, 2);
  Unstorable("con");
  Unstorable("g");
  options.image = Image{1000, 10, 10};
  EXPECT_EQ(Of(Make(), "con").code, "unsafe-cell");
  EXPECT_EQ(Of(Make(), "g").code, "image-cheaper");
  EXPECT_EQ(Of(Make(), "g").reason, "it cannot be stored (generator at g); the system image that others need carries it, else cell 2 makes it again in about 2.0 s");
}

TEST_F(PlanTest, AStoredComponentBetweenShieldsFromAnUnsafeCell) {
  Run({}, {"data"}, {{"data"}}, 1, {{"network", "", true}});
  Run({"data"}, {"g"}, {{"g"}});
  Unstorable("g");
  EXPECT_EQ(Steps(Make()), " data 2");
}

TEST_F(PlanTest, TagsInputInterruptsViewsAndMagicsForbidReplay) {
  const auto way = [](auto change) {
    CellRecord cell;
    cell.execution = 1;
    cell.writes = {"g"};
    change(cell);
    SessionGraph graph;
    EXPECT_TRUE(graph.Apply(cell).ok());
    graph.Apply(ChangeRecord{0, 1, {{{"g"}, {}, true, ""}}, {}});
    Cost cost;
    cost.storable = false;
    return MakePlan(graph, {{{"g"}, cost}}, {}).entries[0].way;
  };
  EXPECT_EQ(way([](CellRecord&) {}), Way::kReplayed);
  EXPECT_EQ(way([](CellRecord& c) { c.tags = {"ferry:no-replay"}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"input", "", false}}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"ferry", "%checkpoint", false}}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.status = graph::Status::kInterrupted; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.status = graph::Status::kError; }), Way::kReplayed);
  EXPECT_EQ(way([](CellRecord& c) { c.reads = {"_"}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"file-write", "a.txt", true}}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"file-write", "a.txt", true}}; c.tags = {"ferry:replay-ok"}; }), Way::kReplayed);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"random", "numpy.random", false}}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"random", "numpy.random", false}}; c.drew = {{"numpy.random", "s"}}; }), Way::kReplayed);
  EXPECT_EQ(way([](CellRecord& c) { c.effects = {{"random", "uuid4", false}}; c.drew = {{"numpy.random", "s"}}; }), Way::kLost);
  EXPECT_EQ(way([](CellRecord& c) { c.drew = {{"numpy.random", ""}}; }), Way::kLost);  // it came with the cell
  EXPECT_EQ(way([](CellRecord& c) { c.door = true; }), Way::kReplayed);
}

TEST_F(PlanTest, UnexplainedChangesAreNeverReplayed) {
  Run({}, {"x"}, {{"x"}});
  Run({}, {}, {{"x"}});
  Run({"x"}, {"g"}, {{"g"}});
  Run({"x"}, {}, {{"x"}});
  Unstorable("g");
  EXPECT_EQ(Of(Make(), "g").way, Way::kLost);
  EXPECT_EQ(Of(Make(), "g").code, "unexplained-change");
  options.policy = Policy::kCheapest;
  options.have_source = true;
  costs[{"x"}].load_seconds = 1000;
  EXPECT_EQ(Of(Make(), "x").way, Way::kStored);
  EXPECT_EQ(Of(Make(), "x").code, "unexplained-change");
}

TEST_F(PlanTest, AVaryingCellKeepsItsDescendantsOnOneSide) {
  Run({}, {"t", "g"}, {{"g"}, {"t"}}, 1, {{"clock", "time.time", false}});
  Unstorable("g");
  Plan plan = Make();
  EXPECT_EQ(Of(plan, "g").way, Way::kLost);  // t is stored, and would belong to another run
  EXPECT_EQ(Of(plan, "g").code, "nondeterministic");
  costs[{"t"}].user_recompute = true;
  plan = Make();
  EXPECT_EQ(Of(plan, "g").way, Way::kReplayed);
  EXPECT_EQ(Of(plan, "t").way, Way::kReplayed);
  costs[{"g"}].opaque = true;  // and nobody could tell whether it came out equal
  EXPECT_EQ(Of(Make(), "g").way, Way::kLost);
  EXPECT_EQ(Of(Make(), "g").code, "nondeterministic");
}

TEST_F(PlanTest, PinnedAndRecompute) {
  Run({}, {"x"}, {{"x"}}, 0.001);
  Run({}, {"y"}, {{"y"}}, 0.001, {}, {}, {"ferry:pin"});
  Run({}, {"z"}, {{"z"}}, 0.001, {{"network", "h", true}});
  options.policy = Policy::kCheapest;
  options.have_source = true;
  for (auto& [key, cost] : costs) cost.load_seconds = 10;
  Plan plan = Make();
  EXPECT_EQ(Of(plan, "x").way, Way::kReplayed);
  EXPECT_EQ(Of(plan, "x").code, "cheap");
  ASSERT_TRUE(Of(plan, "x").alternative);
  EXPECT_EQ(Of(plan, "x").alternative->way, Way::kStored);
  EXPECT_EQ(Of(plan, "y").code, "pinned");
  EXPECT_EQ(Of(plan, "z").code, "unsafe-cell");
  options.policy = Policy::kStoreFirst;
  costs[{"x"}].user_recompute = costs[{"z"}].user_recompute = true;
  plan = Make();
  EXPECT_EQ(Of(plan, "x").code, "user-recompute");
  EXPECT_EQ(Of(plan, "z").way, Way::kStored);
  EXPECT_NE(Of(plan, "z").reason.find("cell 3 must not run again"), std::string::npos);
}

TEST_F(PlanTest, WhatOthersReferToIsStored) {
  Run({}, {"A"}, {{"A"}}, 0.001);
  Run({"A"}, {"a"}, {{"a"}}, 0.001);
  options.policy = Policy::kCheapest;
  options.have_source = true;
  for (auto& [key, cost] : costs) cost.load_seconds = 10;
  EXPECT_EQ(Of(Make(), "A").way, Way::kReplayed);
  costs[{"A"}].referred = true;
  EXPECT_EQ(Of(Make(), "A").way, Way::kStored);
  EXPECT_NE(Of(Make(), "A").reason.find("other variables refer to its objects"), std::string::npos);
  EXPECT_EQ(Of(Make(), "a").way, Way::kReplayed);
  costs[{"A"}].user_recompute = true;
  EXPECT_EQ(Of(Make(), "A").way, Way::kStored);
}

TEST_F(PlanTest, ACellThatTouchesWhatOthersNeedAndNobodyCanCompareIsLeftAlone) {
  Run({}, {"fig"}, {{"fig"}}, 0.001);
  Run({"fig"}, {"drawn"}, {{"drawn"}, {"fig"}}, 0.001);
  Run({"fig"}, {"asked"}, {{"asked"}}, 0.001);
  options.policy = Policy::kCheapest;
  options.have_source = true;
  for (auto& [key, cost] : costs) cost.load_seconds = 10;
  costs[{"fig"}].referred = true;
  EXPECT_EQ(Of(Make(), "drawn").way, Way::kReplayed);
  costs[{"fig"}].opaque = true;
  EXPECT_EQ(Of(Make(), "drawn").way, Way::kStored);
  EXPECT_EQ(Of(Make(), "drawn").code, "opaque");
  EXPECT_NE(Of(Make(), "drawn").reason.find("cannot be compared"), std::string::npos);
  EXPECT_EQ(Of(Make(), "asked").way, Way::kReplayed);
}

TEST_F(PlanTest, CheapestLeavesOutOnlyWhatWasProvedOrCanBeAskedFor) {
  Run({}, {"x"}, {{"x"}}, 0.001);
  costs[{"x"}].load_seconds = 10;
  options.policy = Policy::kCheapest;
  EXPECT_EQ(Of(Make(), "x").way, Way::kStored);
  EXPECT_EQ(Of(Make(), "x").code, "fits");
  costs[{"x"}].verified_replay = true;
  EXPECT_EQ(Of(Make(), "x").way, Way::kReplayed);
}

TEST_F(PlanTest, MillisecondsAreNotWorthARunOfTheUsersCode) {
  Run({}, {"x"}, {{"x"}}, 0.003);
  options.policy = Policy::kCheapest;
  options.have_source = true;
  costs[{"x"}].load_seconds = 0.012;  // noise, of a list of one number
  EXPECT_EQ(Of(Make(), "x").way, Way::kStored);
  costs[{"x"}].load_seconds = 0.014;
  EXPECT_EQ(Of(Make(), "x").way, Way::kReplayed);
}

TEST_F(PlanTest, WhatRandomNumbersPutAtRiskIsSaid) {
  Run({}, {"kept", "x"}, {{"kept"}, {"x"}}, 0.001, {}, {"numpy.random"});
  options.policy = Policy::kCheapest;
  costs[{"x"}].bytes = 100'000'000;
  costs[{"kept"}].pinned = true;
  const std::string why = Of(Make(), "x").reason;
  EXPECT_NE(why.find("cell 1 must not run again: it drew random numbers, so it may"), std::string::npos) << why;
}

TEST_F(PlanTest, ComponentsThatOneSideDoesNotKnow) {
  Run({}, {"x"}, {{"x"}});
  Run({"x"}, {"y"}, {{"y"}});
  costs.erase({"x"});
  costs[{"stray"}].storable = true;
  costs[{"other"}].storable = false;
  const Plan plan = Make();
  EXPECT_EQ(Of(plan, "x").way, Way::kReplayed);
  EXPECT_EQ(Of(plan, "stray").way, Way::kStored);
  EXPECT_EQ(Of(plan, "other").way, Way::kLost);
  EXPECT_EQ(Of(plan, "other").code, "unexplained-change");
  EXPECT_EQ(Steps(plan), " 1 y stray");
}

TEST_F(PlanTest, BehindAGeneration) {
  Run({}, {"x"}, {{"x"}});
  Run({"x"}, {"y"}, {{"y"}});
  Run({}, {"t"}, {{"t"}}, 1, {{"clock", "time.time", false}});
  Run({"t", "y"}, {"u"}, {{"u"}});
  Run({"y"}, {"v"}, {{"v"}});
  Run({}, {"w"}, {{"w"}}, 1, {{"file-write", "out.csv", true}});
  Run({}, {"t"}, {{"t"}});
  Run({"t"}, {"q"}, {{"q"}});
  const std::vector<Behind> cells = PlanBehind(graph, 1, {}, {});
  ASSERT_EQ(cells.size(), 7u);
  std::string replayed;
  for (const Behind& cell : cells) {
    if (cell.replay) replayed += " " + std::to_string(cell.execution);
  }
  EXPECT_EQ(replayed, " 2 5 7 8");
  EXPECT_EQ(cells[1].reason, "it read the clock (time.time), and may come out different");
  EXPECT_EQ(cells[2].reason, "it needs cell 3, which is not run again");
  EXPECT_EQ(cells[4].reason, "it wrote a file (out.csv)");
  const std::vector<Behind> without = PlanBehind(graph, 1, {}, {{{"x"}, "did not come back"}});
  EXPECT_EQ(without[0].reason, "it needs x, which did not come back");
  EXPECT_FALSE(without[3].replay);
  EXPECT_TRUE(without[5].replay);
}

TEST_F(PlanTest, BehindAGenerationWithoutLooks) {
  for (std::uint32_t i = 1; i <= 4; ++i) {
    CellRecord cell;
    cell.execution = cell.count = static_cast<std::int32_t>(i);
    cell.writes = {i == 2 ? "a" : "x"};
    if (i == 3) cell.reads = {"a"};
    if (i == 4) cell.status = graph::Status::kStarted;
    if (i == 2) cell.effects = {{"input", "", true}};
    ASSERT_TRUE(graph.Apply(cell).ok());
    if (i == 1) graph.Apply(ChangeRecord{0, 1, {{{"x"}, {}, true, ""}}, {}});
  }
  const std::vector<Behind> cells = PlanBehind(graph, 1, {}, {});
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells[0].reason, "it asked for input");
  EXPECT_EQ(cells[1].reason, "it needs cell 2, which is not run again");
  EXPECT_EQ(cells[2].reason, "it was running when the process ended");
}

}  // namespace
}  // namespace ferry::plan
