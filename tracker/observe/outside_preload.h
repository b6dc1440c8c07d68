// What a process hears from the library that is preloaded into it (outside_preload.cc), and under which name it asks for that.
#pragma once

namespace ferry::observe {

// One call that is about to be made: "open" (flags: of open()), "temporary" (made under that name), "rename", "remove",
// "truncate", "connect" (HOST:PORT or a path), "system", "fork" (""), "execute" (a program; flags: kPool). From any thread, with or without the
// GIL, also in a child between fork() or vfork() and exec(). True: it must not happen; it fails with EPERM.
using OutsideHear = bool (*)(const char* event, const char* detail, int flags);

// Of joblib's pool, which scikit-learn keeps as well: what it runs is as a rule the library's.
constexpr int kPool = 1;

// extern "C" void ferry_outside_tell(OutsideHear): from now on that function is asked; nullptr ends it.
using OutsideTell = void (*)(OutsideHear);
constexpr const char* kOutsideTell = "ferry_outside_tell";

}  // namespace ferry::observe
