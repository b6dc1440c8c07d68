// May a cell run a second time? Decided once an execution, from what its record says it did to the world and from what the
// user said about it. The words of the verdict are the words of every report.
//
// A cell behind a door (globals(), exec ...) may be replayed: it needs everything that lived when it started, and the
// graph says so. A cell that used IPython's views of earlier output (_, Out) may not: they are not what they were.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tracker/graph/session_graph.h"

namespace ferry::plan {

// What the user said, by execution number. Cell tags say the same and are in the record. no_replay wins.
struct Wishes {
  std::set<std::uint32_t> replay_ok, no_replay;
  std::map<std::uint32_t, std::string> fatal;  // what running it again did to the engine; completes "cell 4 must not run again: it "
};

struct Verdict {
  enum Kind : std::uint8_t {
    kSafe,     // comes out the same, as far as is known
    kSeeded,   // draws from generators whose state before is recorded: the same, once seen to be
    kVaries,   // harmless, but may come out different (clock, threads ...)
    kBlocked,  // must not run again
  } kind = kSafe;
  std::string code;    // "unsafe-cell" or "nondeterministic"; empty for kSafe, kSeeded
  std::string effect;  // "network: example.com:443"; what a list of blockers shows
  std::string why;     // "it used the network (example.com:443)"; completes "cell 4 is not run again: "
  std::string remedy;
};

Verdict Judge(const graph::Execution& execution, const Wishes& wishes);

// "cell 4", by the number of the execution: reports put the one that the notebook shows in its place.
std::string CellName(const graph::Execution& execution);

}  // namespace ferry::plan
