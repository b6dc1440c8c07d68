// The lock of a session as a harbour takes it: who holds it still without a right to it is asked to leave.
#pragma once

#include <sys/types.h>

#include "serializer/store/layout.h"
#include "util/lock.h"
#include "util/result.h"

namespace ferry::relay {

class Claim {
 public:
  // `take`: the session lives here, and who asks owns it. kAborted: it will be free soon, ask again.
  Result<FileLock> Take(const store::SessionFiles& files, bool take);

 private:
  pid_t asked_to_end_ = -1;    // an engine of an earlier harbour that holds the session
  pid_t asked_to_leave_ = -1;  // that harbour
};

}  // namespace ferry::relay
