// Records and manifests as Python classes: every field a read-write attribute, constructors with keywords. Lists and
// dicts are copied on each access, so a field is changed by assigning it. Digests are texts of 32 hex digits, "" for none.
#include <pybind11/stl.h>

#include "kernel/session/bind.h"
#include "kernel/session/raise.h"
#include "serializer/format/records.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

using namespace format;
using namespace graph;

template <class T>
py::class_<T> Struct(py::module_& m, const char* name, const char* doc) {
  return py::class_<T>(m, name, doc).def(py::init([](const py::kwargs& fields) {
    py::object self = py::cast(T{});
    for (auto [name, value] : fields) py::setattr(self, name, value);
    return self.cast<T>();
  }));
}

template <class T>
auto HexProperty(py::class_<T>& c, const char* name, Digest T::*field) {
  c.def_property(name, [field](const T& t) { return (t.*field).Hex(); },
                 [field](T& t, const std::string& text) { t.*field = DigestFrom(text); });
}
template <class T>
auto HexProperty(py::class_<T>& c, const char* name, std::optional<Digest> T::*field) {
  c.def_property(name, [field](const T& t) { return t.*field ? (t.*field)->Hex() : std::string(); },
                 [field](T& t, const std::string& text) {
                   if (text.empty()) (t.*field).reset();
                   else t.*field = DigestFrom(text);
                 });
}

// Status as its word.
constexpr const char* kStatus[] = {"ok", "error", "interrupted", "started"};

Status StatusOf(const std::string& word) {
  for (std::size_t i = 0; i < std::size(kStatus); ++i) {
    if (word == kStatus[i]) return static_cast<Status>(i);
  }
  throw py::value_error("status is ok, error, interrupted or started, not '" + word + "'");
}

void BindLog(py::module_& m) {
  Struct<Effect>(m, "Effect", "Something a cell did to, or learned from, the world outside its namespace.")
      .def_readwrite("kind", &Effect::kind)
      .def_readwrite("detail", &Effect::detail)
      .def_readwrite("unsafe", &Effect::unsafe);

  Struct<GeneratorState>(m, "GeneratorState", "A random generator that advanced, with its state before (bytes).")
      .def_readwrite("generator", &GeneratorState::generator)
      .def_property("before", [](const GeneratorState& g) { return py::bytes(g.before); },
                    [](GeneratorState& g, const py::bytes& bytes) { g.before = bytes; });

  Struct<Met>(m, "Met", "An item of process state as a cell met it (bytes).")
      .def_readwrite("item", &Met::item)
      .def_property("data", [](const Met& met) { return py::bytes(met.data); }, [](Met& met, const py::bytes& bytes) { met.data = bytes; });

  Struct<CellRecord>(m, "CellRecord", "One executed cell (tracker/graph/record.h).")
      .def_readwrite("execution", &CellRecord::execution)
      .def_readwrite("count", &CellRecord::count)
      .def_readwrite("cell_id", &CellRecord::cell_id)
      .def_readwrite("source", &CellRecord::source)
      .def_readwrite("transformed", &CellRecord::transformed)
      .def_readwrite("started_us", &CellRecord::started_us)
      .def_readwrite("duration_us", &CellRecord::duration_us)
      .def_property("status", [](const CellRecord& r) { return kStatus[static_cast<std::size_t>(r.status)]; },
                    [](CellRecord& r, const std::string& word) { r.status = StatusOf(word); })
      .def_readwrite("in_history", &CellRecord::in_history)
      .def_readwrite("reads", &CellRecord::reads)
      .def_readwrite("writes", &CellRecord::writes)
      .def_readwrite("deletes", &CellRecord::deletes)
      .def_readwrite("door", &CellRecord::door)
      .def_readwrite("effects", &CellRecord::effects)
      .def_readwrite("drew", &CellRecord::drew)
      .def_readwrite("tags", &CellRecord::tags)
      .def_readwrite("met", &CellRecord::met);

  auto state = Struct<ComponentState>(m, "ComponentState", "One component as a look found it.");
  state.def_readwrite("names", &ComponentState::names)
      .def_readwrite("transparent", &ComponentState::transparent)
      .def_readwrite("opaque", &ComponentState::opaque);
  HexProperty(state, "fingerprint", &ComponentState::fingerprint);

  Struct<ChangeRecord>(m, "ChangeRecord", "What a look found changed since the look before.")
      .def_readwrite("since", &ChangeRecord::since)
      .def_readwrite("after", &ChangeRecord::after)
      .def_readwrite("changed", &ChangeRecord::changed)
      .def_readwrite("gone", &ChangeRecord::gone);
}

void BindManifest(py::module_& m) {
  auto item = Struct<ProcessItem>(m, "ProcessItem", "One item of process state of a generation.");
  item.def_readwrite("name", &ProcessItem::name).def_readwrite("summary", &ProcessItem::summary);
  HexProperty(item, "blob", &ProcessItem::blob);

  auto entry = Struct<ComponentEntry>(m, "ComponentEntry", "One component of a generation (serializer/format/manifest.h).");
  entry.def_readwrite("number", &ComponentEntry::number)
      .def_readwrite("key", &ComponentEntry::key)
      .def_readwrite("names", &ComponentEntry::names)
      .def_readwrite("exports", &ComponentEntry::exports)
      .def_readwrite("needs", &ComponentEntry::needs)
      .def_readwrite("way", &ComponentEntry::way)
      .def_readwrite("code", &ComponentEntry::code)
      .def_readwrite("reason", &ComponentEntry::reason)
      .def_readwrite("bytes", &ComponentEntry::bytes)
      .def_readwrite("opaque", &ComponentEntry::opaque)
      .def_readwrite("types", &ComponentEntry::types)
      .def_readwrite("mentions", &ComponentEntry::mentions)
      .def_readwrite("escaped", &ComponentEntry::escaped)
      .def_readwrite("held_by", &ComponentEntry::held_by)
      .def_readwrite("executions", &ComponentEntry::executions)
      .def_readwrite("seconds", &ComponentEntry::seconds);
  HexProperty(entry, "blob", &ComponentEntry::blob);
  HexProperty(entry, "fingerprint", &ComponentEntry::fingerprint);

  Struct<Manifest>(m, "Manifest", "A generation: the state of a session at one cell boundary.")
      .def_readwrite("generation", &Manifest::generation)
      .def_readwrite("label", &Manifest::label)
      .def_readwrite("time_us", &Manifest::time_us)
      .def_readwrite("executions", &Manifest::executions)
      .def_readwrite("execution_count", &Manifest::execution_count)
      .def_readwrite("python", &Manifest::python)
      .def_readwrite("platform", &Manifest::platform)
      .def_readwrite("packages", &Manifest::packages)
      .def_readwrite("components", &Manifest::components)
      .def_readwrite("process", &Manifest::process)
      .def_readwrite("next_pid", &Manifest::next_pid)
      .def_readwrite("hash_seed", &Manifest::hash_seed)
      .def_readwrite("bytes", &Manifest::bytes)
      .def_readwrite("life", &Manifest::life)
      .def_readwrite("complete", &Manifest::complete);
}

}  // namespace

void BindRecords(py::module_& m) {
  BindLog(m);
  BindManifest(m);
}

}  // namespace ferry::session
