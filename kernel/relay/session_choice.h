// Which session the engine serves. Chosen before Python starts, because the hash seed of the interpreter belongs to it.
#pragma once

#include <string>

#include "util/result.h"

namespace ferry::relay {

struct Choice {
  std::string sid;
  int lock_fd = -1;       // holds the session's lock; the engine inherits it
  std::string hash_seed;  // for PYTHONHASHSEED
  std::string anonymous;  // why the session belongs to no notebook; empty if it does
  bool restarted = false;  // the last engine was ended by "restart kernel"
};

Result<Choice> ChooseSession();

}  // namespace ferry::relay
