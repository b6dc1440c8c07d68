// What comes back how: for each live component, stored, replayed, by a system image, or not at all; and the order of work.
//
// First reach, then price. A component that cannot be stored is replayed if nothing in its closure forbids it: the closure
// is all that must run again to make it, stopping at live components that are stored. If the closure meets a cell that
// must not run again, or a change no cell explains, only a system image can carry it. What is left open after that is
// decided by the policy: store-first stores all of it; cheapest takes the minimum cut (cut.h), but leaves a storable
// component out only if it was once seen to come out equal, or the source still lives to be asked.
//
// A system image holds the whole process. It is taken where something has no other way back, and where the cells that must
// run again for what cannot be stored take twice as long as the image does, there and back: both are estimates. Then
// everything that cannot be stored comes in it. The steps are those without it, since an image may not come back, and store
// all that can be stored.
//
// Cells that may come out different (clock, threads) keep all their live descendants on one side: if such a cell runs
// again, every live component in its lineage is replayed with it; where one of them must be stored, the cell does not run
// again. A component whose state cannot be compared is never replayed through such a cell.
//
// Numbers in, decisions out: no I/O, no Python, any thread. Time is near linear in the history.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "replay/plan/safety.h"
#include "tracker/graph/session_graph.h"

namespace ferry::plan {

using graph::Key;

struct Cost {
  std::uint64_t bytes = 0;       // encoded
  double store_seconds = 0;      // what encoding still costs; 0 if it is in the store already
  double load_seconds = 0;
  bool storable = true;
  std::string reason;            // if not: "generator at g"
  bool pinned = false;           // the user wants it stored
  bool user_recompute = false;   // the user wants it replayed
  bool opaque = false;           // its state cannot be compared after a replay
  bool referred = false;         // other components refer to objects of it: made again they would be other objects
  bool verified_replay = false;  // a replay of it came out equal once
};

// What a cell costs that runs again, beside its own time: process state put as it was, output caught, the result compared,
// a few milliseconds in all; and what is shorter is noise where durations were measured once on a busy machine. The minimum cut
// counts it for each cell; the forecasts do not.
inline constexpr std::int64_t kReplayMicros = 10'000;

enum class Policy { kStoreFirst, kCheapest };

// A system image of the process, from here to there, as far as that can be told before it is taken.
struct Image {
  std::uint64_t bytes = 0;
  double take_seconds = 0;       // until it is where it comes back
  double bring_seconds = 0;
  double Seconds() const { return take_seconds + bring_seconds; }
};

struct Options {
  Policy policy = Policy::kStoreFirst;
  double bandwidth = 500e6;      // bytes a second between here and where it comes back
  std::optional<Image> image;    // one can be taken
  bool have_source = false;      // the process that holds the values can still be asked for them
  Wishes wishes;
};

enum class Way { kStored, kReplayed, kImage, kLost };
const char* Name(Way way);

struct Alternative {
  Way way;
  double seconds;
};

struct Entry {
  Key key;
  Way way = Way::kStored;
  std::string code;                        // of the closed list in docs/interfaces.md
  std::string reason;                      // a sentence
  std::vector<std::uint32_t> executions;   // replayed: those that run again for it; else those that made it
  double seconds = 0;                      // to bring it back
  std::uint64_t bytes = 0;                 // 0 unless stored
  bool comparable = true;                  // false: what comes back cannot be checked
  std::optional<Alternative> alternative;  // the other way, where there is one
};

struct Replay { std::uint32_t execution; };
struct Load { Key key; };
struct Forget { std::vector<std::string> names; };  // names that replays bring back and the session had deleted
using Step = std::variant<Replay, Load, Forget>;

struct Blocker {
  std::uint32_t cell;  // execution number
  std::string effect, remedy;
};

struct Plan {
  std::vector<Entry> entries;  // one for each live component, by key
  std::vector<Step> steps;     // for each execution in order: replay it, then load what was complete after it
  std::vector<Blocker> blockers;
  std::uint64_t bytes = 0;
  double save_seconds = 0, restore_seconds = 0;
  bool image = false;  // a system image is part of it, and of the three sums
};

// The live components are those of the graph and those named in `costs`. One without a cost counts as not storable; one
// that the graph does not know is never replayed.
Plan MakePlan(const graph::SessionGraph& graph, const std::map<Key, Cost>& costs, const Options& options);

// One cell behind a generation.
struct Behind {
  std::uint32_t execution;
  bool replay;         // in the order of the list, after the generation is loaded
  std::string reason;  // why not; empty if `replay`
};

// Which executions after `generation` (the last execution that it contains) can run again on top of it, so that they read
// what they read the first time. `missing`: components of the generation that are not what they were, and why: "did not come back".
std::vector<Behind> PlanBehind(const graph::SessionGraph& graph, std::uint32_t generation, const Wishes& wishes,
                               const std::map<Key, std::string>& missing);

}  // namespace ferry::plan
