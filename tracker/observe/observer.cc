#include "tracker/observe/observer.h"

namespace py = pybind11;

namespace ferry::observe {

void Observer::Before() {
  knowledge_.bindings().Refresh();
  closure_.emplace(knowledge_, ambient_, nullptr);
  imports_.clear();
  ferry_.clear();
}

void Observer::SawCode(py::handle code) {
  if (!closure_ || !PyCode_Check(code.ptr())) return;
  auto* cell = reinterpret_cast<PyCodeObject*>(code.ptr());
  const CodeScan scan = ScanCell(cell);
  closure_->Add(scan);
  ambient_.Add(cell, scan);
  imports_.insert(scan.imports.begin(), scan.imports.end());
  ferry_.insert(ferry_.end(), scan.ferry.begin(), scan.ferry.end());
}

graph::CellRecord Observer::After() {
  graph::CellRecord record;
  const BindingChange change = knowledge_.bindings().Refresh();
  if (!closure_) return record;
  const Closure& closure = *closure_;

  NameSet writes = change.bound;
  for (const auto& name : closure.binds()) {
    if (knowledge_.bindings().Value(name)) writes.insert(name);
  }
  record.reads = Sorted(closure.names());
  record.writes = Sorted(writes);
  record.deletes = Sorted(change.gone);
  record.door = !closure.door().empty();
  door_reason_ = closure.door();
  for (const auto& module : Sorted(imports_)) record.effects.push_back({"module", module, false});
  for (const auto& clock : Sorted(closure.clocks())) record.effects.push_back({"clock", clock, false});
  for (const auto& magic : ferry_) record.effects.push_back({"ferry", "%" + magic, magic != "checkpoint" && magic != "session"});

  NameSet touched = closure.names();
  touched.merge(writes);
  touched.insert(change.gone.begin(), change.gone.end());
  knowledge_.Ran(touched, closure.mentions(), record.door);
  closure_.reset();
  return record;
}

std::pair<NameSet, bool> Observer::Reads(const std::vector<py::object>& codes, const Pending& pending) {
  Closure closure(knowledge_, ambient_, &pending);
  for (const auto& code : codes) {
    if (PyCode_Check(code.ptr())) closure.Add(ScanCell(reinterpret_cast<PyCodeObject*>(code.ptr())));
  }
  return {closure.names(), !closure.door().empty()};
}

}  // namespace ferry::observe
