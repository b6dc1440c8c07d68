#include "util/result.h"

#include <cstdio>
#include <cstdlib>

namespace ferry {

const char* Name(Code code) {
  switch (code) {
    case Code::kNotFound: return "not-found";
    case Code::kCorrupt: return "corrupt";
    case Code::kTooNew: return "too-new";
    case Code::kRefused: return "refused";
    case Code::kFull: return "full";
    case Code::kIo: return "io";
    case Code::kInvalid: return "invalid";
    case Code::kAborted: return "aborted";
    case Code::kPython: return "python";
  }
  return "unknown";
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace ferry
