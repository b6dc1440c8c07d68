// The audit hook of the process: effects of the running cell, and doors that only show when they are used.
//
// CPython cannot remove a hook, and calls it for every event of every thread, so it does next to nothing while no
// cell runs. It never runs user code, keeps no reference, and raises only under a guard. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "tracker/observe/effects.h"
#include "tracker/observe/names.h"

namespace ferry::observe {

struct Heard {
  std::vector<graph::Effect> effects;
  NameSet names;     // of the session, that unpickling looked up
  std::string door;  // what reached the namespace, "" if nothing did
};

// A module beside the notebook whose code leads back to the session ("import __main__ in FILE"), of those imported since
// ForgetModules; "" if none does. Libraries that do so mean the script that was started.
const std::string& WayBack();
void ForgetModules();

// Adds the hook, once a process, and hears what the preloaded library tells (outside.h). own: folders in which the engine
// itself holds files open; each call says all of them. Throws error_already_set if Python refuses.
void InstallAuditHook(std::vector<std::string> own);

// From now on, what code does that runs in this namespace or below it belongs to one cell. One at a time.
void StartListening(pybind11::handle ns);

// What was heard since.
Heard StopListening();

// One effect that no audit event tells, for the running cell; ignored when none runs. Throws error_already_set where a guard
// stops it.
void NoteEffect(graph::Effect effect);

// A replay begins on this thread: what it, or a thread that starts from now on, is about to do unsafely and that is not in
// `allowed` does not happen: the call raises `stopped` (a class) with the effect in words. Input never is allowed. Where
// `allowed` counts effects without their names ("more"), its kinds are allowed whatever the name.
void StartGuard(pybind11::handle ns, std::vector<graph::Effect> allowed, pybind11::object stopped);

// The replay is over: what was stopped, in order, also where the code went on in spite of the exception.
std::vector<graph::Effect> StopGuard();

// While it lives, no guard stops anything. Not nested.
class Unguarded {
 public:
  Unguarded();
  ~Unguarded();
  Unguarded(const Unguarded&) = delete;
  Unguarded& operator=(const Unguarded&) = delete;
};

// Whether a guard stops what is about to be done, here or in another thread.
bool IsGuarded();

}  // namespace ferry::observe
