// A generation: the whole state of a session at one cell boundary, by reference to blobs. What is in here suffices to
// plan, to load and to verify; the log explains how it came to be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "util/digest.h"

namespace ferry::format {

// One item of process state (docs/interfaces.md, "Items of process").
struct ProcessItem {
  std::string name;
  std::optional<Digest> blob;  // none: it differs from the baseline and could not be captured
  std::string summary;         // for people
};

// One component (docs/architecture.md, "Words"). Components are numbered by their place.
struct ComponentEntry {
  std::uint32_t number = 0;
  std::vector<std::string> key;            // names, or ["#17"]: its identity in the history
  std::vector<std::string> names;          // sorted; may be empty
  std::vector<std::uint64_t> exports;      // pids that live in it
  std::vector<std::uint64_t> needs;        // pids of other components that its blob refers to
  std::string way;                         // stored, replay, image, lost
  std::string code, reason;                // why that way: from the closed list, and in words
  std::optional<Digest> blob;              // none unless stored
  std::uint64_t bytes = 0;                 // of the blob, encoded
  std::optional<Digest> fingerprint;       // none: it could not be walked
  std::string opaque;                      // "" or "type at path": what the fingerprint does not cover
  std::map<std::string, std::string> types;  // name -> type
  std::vector<std::string> mentions;       // global names in the code inside it
  bool escaped = false;                    // held from outside the namespace
  std::string held_by;                     // by whom, in words
  std::vector<std::uint32_t> executions;   // that made this version
  double seconds = 0;                      // what they took
};

struct Manifest {
  std::uint32_t generation = 0;       // set when it is committed
  std::string label;                  // the user's; "" for none
  std::int64_t time_us = 0;           // wall clock of the look that proved it
  std::uint32_t executions = 0;       // the last execution it covers
  std::int32_t execution_count = 0;   // the number of the last In[]
  std::string python, platform;
  std::map<std::string, std::string> packages;  // imported top-level package -> version
  std::vector<ComponentEntry> components;
  std::vector<ProcessItem> process;
  std::uint64_t next_pid = 1;         // pids below it are taken
  std::uint32_t hash_seed = 0;        // PYTHONHASHSEED of the session
  std::uint64_t bytes = 0;            // of all its blobs on disk; set when it is committed
  std::uint32_t life = 0;             // which start of the kernel it belongs to: 1, 2, 3 ...
  bool complete = true;               // false: the save had to end before every component was stored
};

}  // namespace ferry::format
