// What IPython's magics reach. A magic is a call of get_ipython().run_line_magic(name, line) in the cell's code; the names
// in its text are found as in every string, so only those matter here that reach further than their text.
#pragma once

#include <string_view>

namespace ferry::observe {

enum class MagicReach {
  kText,   // what it names in its text, and what the audit events of the system tell
  kCode,   // runs its text as Python code in the namespace
  kFerry,  // one of ours: recorded, never replayed
  kDoor,   // may reach every name; also every magic that is not known here
};

MagicReach Reach(std::string_view magic);

}  // namespace ferry::observe
