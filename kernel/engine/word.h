// The word that ends an engine's quiet time: a JSON text and some descriptors, over a unix socket at which the relay
// listens when it has something to say. The waiting process may be copied meanwhile and its copy go on elsewhere: it holds
// no socket, no descriptor and no clock while it waits.
#pragma once

#include <string>
#include <vector>

namespace ferry::engine {

struct Word {
  std::string text;      // "" if nobody will ever come
  std::vector<int> fds;  // close-on-exec; the caller's
};

// Asks whoever listens at `path` now; "" if nobody does.
Word AskFor(const std::string& path);

// Waits for somebody to listen at `path`, and in a copy of this process, which began later, at `copy`. `alive`: a file that the
// relay, or whoever works for it, has locked; once nobody has for 20 s, the wait is over. Without the GIL; interrupted calls
// are repeated.
Word WaitForWord(const std::string& path, const std::string& copy, const std::string& alive);

}  // namespace ferry::engine
