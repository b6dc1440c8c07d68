// Named faults: a test can let any step of util/file.h fail, or end the process there, and then look at what is on disk.
// Outside tests no hook is set and a step costs one branch.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace ferry {

enum class Step { kOpen, kWrite, kTruncate, kSync, kRename, kRemove };

// Asked before each step (done = false: the errno it shall fail with, 0 to go on) and told after it succeeded.
using FaultHook = std::function<int(Step step, const std::string& path, bool done)>;

inline FaultHook& TheFaultHook() {
  static FaultHook hook;
  return hook;
}
// Set before threads run; an empty hook ends it.
inline void SetFaultHook(FaultHook hook) { TheFaultHook() = std::move(hook); }

inline int Fault(Step step, const std::string& path, bool done) {
  return TheFaultHook() ? TheFaultHook()(step, path, done) : 0;
}

}  // namespace ferry
