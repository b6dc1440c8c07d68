// Whether the session comes back in a system image instead of being loaded.
//
// The image must be of a generation that still is what the image was taken of, and hold all that the newest generation
// holds: no cell of the user's ran between the two. And the session must come back by itself, by the rules of
// docs/interfaces.md ("Which session a notebook has"), which the engine applies to everything else.
#pragma once

#include <optional>
#include <string>

#include "kernel/relay/restart.h"
#include "kernel/relay/session_choice.h"

namespace ferry::relay {

struct ChosenImage {
  std::string folder, wake;
  std::uint32_t generation = 0;
  std::uint64_t bytes = 0;
  bool elsewhere = false;  // it was taken on another host, from which the session was fetched
};

// Whether the notebook of a session shares a cell with it (or there is nothing to compare), or the session has a name. False
// where the notebook cannot be read.
bool NotebookBelongs(const store::SessionFiles& files);

// Whether a cell of the notebook at this path surely ran in the session.
bool SharesCell(const store::SessionFiles& files, const std::string& notebook);

// Reads the log and the bundle, not the image. nullopt: none, or not this time.
std::optional<ChosenImage> ImageFor(const Choice& choice, Start start);

}  // namespace ferry::relay
