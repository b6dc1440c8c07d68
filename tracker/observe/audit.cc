#include "tracker/observe/audit.h"

#include <cstring>
#include <utility>

#include "tracker/observe/listener.h"
#include "tracker/observe/outside.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

Listener& TheListener() {
  static Listener& listener = *new Listener;
  return listener;
}

// Whether it is the event of id(), the most frequent of all (copy.deepcopy). CPython gives the same text at each call: one
// comparison of strings tells its address.
bool IsOfId(const char* event) {
  static const char* known = nullptr;  // under the GIL
  if (event == known) return true;
  if (std::strcmp(event, "builtins.id") != 0) return false;
  known = event;
  return true;
}

int Hook(const char* event, PyObject* args, void* data) {
  if (IsOfId(event)) return 0;
  auto& listener = *static_cast<Listener*>(data);
  if (!listener.listens()) {
    if (event[0] == 'e' && std::strcmp(event, "exec") == 0) listener.HearCode(args);
    if (std::strcmp(event, "open") == 0 || std::strcmp(event, "sqlite3.connect") == 0) listener.HearBetween(event, args);
    return 0;
  }
  // Frequent events that say nothing: object.__getattr__ and its like, code.__new__, marshal.loads.
  if ((event[0] == 'o' && event[1] == 'b') || event[0] == 'm' || (event[0] == 'c' && event[1] == 'o')) return 0;
  try {
    listener.Hear(event, args);
  } catch (...) {
    PyErr_Clear();  // a hook that raises would end the user's call
  }
  return listener.Refused() ? -1 : 0;
}

}  // namespace

void InstallAuditHook(std::vector<std::string> own) {
  static bool installed = false;
  TheListener().Disregard(std::move(own));
  Outside::The().Listen();
  if (installed) return;
  if (PySys_AddAuditHook(&Hook, &TheListener()) != 0) throw py::error_already_set();
  installed = true;
}

void StartListening(py::handle ns) { TheListener().Start(ns); }

Heard StopListening() { return TheListener().Stop(); }

const std::string& WayBack() { return TheListener().way_back(); }

void ForgetModules() { TheListener().ForgetModules(); }

void NoteEffect(graph::Effect effect) {
  if (!TheListener().Note(std::move(effect))) throw py::error_already_set();
}

void StartGuard(py::handle ns, std::vector<graph::Effect> allowed, py::object stopped) {
  TheListener().StartGuard(ns, std::move(allowed), std::move(stopped));
}

std::vector<graph::Effect> StopGuard() { return TheListener().StopGuard(); }

Unguarded::Unguarded() { TheListener().LiftGuard(true); }
Unguarded::~Unguarded() { TheListener().LiftGuard(false); }

bool IsGuarded() { return TheListener().guarded(); }

}  // namespace ferry::observe
