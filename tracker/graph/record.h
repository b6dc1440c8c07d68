// What is known of a session without looking at a single Python object: the cells that ran, what each may have touched,
// what was found changed, and the outside world each cell met. These structs are what the session log holds
// (serializer/format writes them) and what the planner folds into a graph (session_graph.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "util/digest.h"

namespace ferry::graph {

// kStarted: the note written before a cell runs, with its source and numbers only. A record of the same execution with
// another status replaces it; where none follows, the cell was running when the process ended.
enum class Status : std::uint8_t { kOk, kError, kInterrupted, kStarted };

// Something a cell did to, or learned from, the world outside its namespace.
struct Effect {
  std::string kind;    // file-read file-write file-remove network subprocess environ cwd input thread running module random clock
                       // memory ferry more (docs/limits.md)
  std::string detail;  // path, address, command, name; for people
  bool unsafe = false; // replaying the cell could do harm or give another result, and nothing can undo that
};

// A random generator that advanced while a cell ran, with its state before (pickled), so that a replay draws the same.
struct GeneratorState {
  std::string generator;  // "random", "numpy.random"
  std::string before;
};

// What the process was like when a cell started, where that is not what the cell before it met (serializer/capsule/scene.py).
// An item without a name: this life of the session begins, and everything is as its process started.
struct Met {
  std::string item;  // "cwd", "warnings" ...
  std::string data;  // pickled; empty: as when the process started
};

// One executed cell. Written to the log before its reply is sent.
struct CellRecord {
  std::uint32_t execution = 0;   // 1, 2, 3 ... in the life of the session, never reused, also across resumes
  std::int32_t count = 0;        // the number shown, In[count]
  std::string cell_id;           // metadata.cellId of the request; empty when the front end sends none
  std::string source;            // as typed
  std::string transformed;       // after IPython's input transformers
  std::int64_t started_us = 0;   // wall clock, microseconds since 1970
  std::int64_t duration_us = 0;
  Status status = Status::kOk;
  bool in_history = true;        // store_history
  // Touch set: what is not in here cannot have changed (docs/architecture.md, "The record").
  std::vector<std::string> reads;    // read closure, names bound in the namespace when the cell started or ended
  std::vector<std::string> writes;   // names the cell's code binds, and names found rebound
  std::vector<std::string> deletes;  // names that were there before and are gone
  bool door = false;                 // may have touched everything (globals(), eval, exec, frames, %run ...)
  std::vector<Effect> effects;
  std::vector<GeneratorState> drew;
  std::vector<std::string> tags;     // cell tags ferry:...
  std::vector<Met> met;
};

// One component as a look found it. Its identity in the history is its set of names.
struct ComponentState {
  std::vector<std::string> names;  // sorted; a class or function without a name is "#PID"
  Digest fingerprint;              // portable
  bool transparent = false;        // false: the fingerprint does not cover all of its state
  std::string opaque;              // why not: "type at path"
};

// What a walk over the namespace found changed since the walk before. Every execution in (since, after] whose touch set
// meets a component counts as one that changed it: sound, and exact where each cell had its own look.
struct ChangeRecord {
  std::uint32_t since = 0, after = 0;
  std::vector<ComponentState> changed;             // new and changed components
  std::vector<std::vector<std::string>> gone;      // name sets that exist no more (deleted, merged, split)
};

}  // namespace ferry::graph
