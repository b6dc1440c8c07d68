#include "tracker/observe/observer.h"

namespace py = pybind11;

namespace ferry::observe {

void Observer::Before() {
  knowledge_.bindings().Refresh();
  closure_.emplace(knowledge_, ambient_, nullptr);
  generators_.Before();
  StartListening(knowledge_.bindings().ns());
}

void Observer::SawCode(py::handle code) {
  if (!closure_ || !PyCode_Check(code.ptr())) return;
  auto* cell = reinterpret_cast<PyCodeObject*>(code.ptr());
  const CodeScan scan = ScanCell(cell);
  closure_->Add(scan);
  ambient_.Add(cell, scan);
  for (const auto& module : scan.imports) NoteEffect({"module", module, false});
  for (const auto& magic : scan.ferry) NoteEffect({"ferry", "%" + magic, magic != "checkpoint" && magic != "session"});
}

graph::CellRecord Observer::After() {
  graph::CellRecord record;
  const BindingChange change = knowledge_.bindings().Refresh();
  if (!closure_) return record;
  Closure& closure = *closure_;
  for (const auto& clock : Sorted(closure.clocks())) NoteEffect({"clock", clock, false});
  Heard heard = StopListening();
  closure.Used(heard.names);
  if (!heard.door.empty()) closure.Door(heard.door);
  if (!WayBack().empty()) closure.Door(WayBack());

  NameSet writes = change.bound;
  for (const auto& name : closure.binds()) {
    if (knowledge_.bindings().Value(name)) writes.insert(name);
  }
  record.reads = Sorted(closure.names());
  record.writes = Sorted(writes);
  record.deletes = Sorted(change.gone);
  record.door = !closure.door().empty();
  door_reason_ = closure.door();
  record.effects = std::move(heard.effects);
  record.drew = generators_.Drew();
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
