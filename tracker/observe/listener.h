// What is heard while a cell runs: it turns the interpreter's audit events into effects of the cell, names that it reads
// and doors that it goes through, and lets a guard stop what a replay must not do. Under the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tracker/observe/audit.h"
#include "tracker/observe/effects.h"
#include "tracker/observe/guard.h"
#include "tracker/observe/names.h"
#include "tracker/observe/open_files.h"

namespace ferry::observe {

class Listener {
 public:
  // As StartListening, StopListening, StartGuard, StopGuard of audit.h.
  void Start(pybind11::handle ns);
  Heard Stop();
  void StartGuard(pybind11::handle ns, std::vector<graph::Effect> allowed, pybind11::object stopped);
  std::vector<graph::Effect> StopGuard();
  void LiftGuard(bool lifted);
  bool guarded() const { return guard_ && !lifted_; }

  // As InstallAuditHook.
  void Disregard(std::vector<std::string> folders);

  // Whether anything that happens now is of interest.
  bool listens() const { return hears_ || guard_; }

  // `open` or `sqlite3.connect` while nothing else is of interest: a file may stay open for writing when the next cell begins.
  void HearBetween(std::string_view event, PyObject* args);

  // Code that is about to be executed: that of a module, where import does it.
  void HearCode(PyObject* args);
  const std::string& way_back() const { return way_back_; }
  void ForgetModules() { way_back_.clear(); }

  // One audit event. May throw; what it noted by then stands.
  void Hear(std::string_view event, PyObject* args);

  // An effect that no event tells. False: a guard stops it, and the exception is set.
  bool Note(graph::Effect effect);

  // True, and an exception set: what was just heard must not happen.
  bool Refused() { return guard_ && guard_->Refused(); }

 private:
  void Add(graph::Effect effect);
  void Door(std::string reason);
  void HearOpen(PyObject* args);
  void HearTemporaryFolder(const std::string& path);
  void HearDatabase(PyObject* args);
  void HearMemory(std::string_view event);
  void HearByRule(const EventRule& rule, std::string_view event, PyObject* args);

  std::uint64_t newest_thread_ = 0;
  PyObject* ns_ = nullptr;  // compared only
  bool hears_ = false;
  std::optional<Guard> guard_;
  bool lifted_ = false;
  std::optional<OwnFiles> own_;
  OpenFiles open_;
  EffectList effects_;
  NameSet temporary_;  // files and folders with new names that the cell made in the temporary folder
  Heard heard_;
  std::string way_back_;
};

}  // namespace ferry::observe
