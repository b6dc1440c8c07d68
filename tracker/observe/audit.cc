#include "tracker/observe/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace py = pybind11;

namespace ferry::observe {
namespace {

// Modules that look at frames for their own purposes (the caller's name, a warning's line).
bool LooksHarmlessly(std::string_view module) {
  module = module.substr(0, module.find('.'));
  for (const char* known : {"logging", "warnings", "collections", "typing", "typing_extensions", "dataclasses", "enum", "abc",
                            "functools", "threading", "traceback", "asyncio", "concurrent", "contextlib", "unittest",
                            "importlib", "pickle", "copyreg", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "PIL",
                            "joblib", "cloudpickle", "attr", "six", "tqdm", "traitlets", "ipywidgets", "IPython",
                            "matplotlib_inline", "decorator", "kernelferry", "zmq", "comm", "torch", "pkg_resources"}) {
    if (module == known) return true;
  }
  return false;
}

// Modules whose own use of exec runs text of the user in the session's namespace.
bool RunsInSession(std::string_view module) {
  for (const char* known : {"timeit", "doctest", "pdb", "bdb", "code", "cProfile", "profile", "trace", "runpy"}) {
    if (module == known) return true;
  }
  return false;
}

std::string Text(PyObject* value) {
  if (PyUnicode_CheckExact(value)) {
    if (const char* text = PyUnicode_AsUTF8(value)) return text;
    PyErr_Clear();
  }
  if (PyBytes_CheckExact(value)) return PyBytes_AS_STRING(value);
  if (PyLong_CheckExact(value) || PyTuple_CheckExact(value)) {
    std::string text;
    if (PyLong_CheckExact(value)) return std::to_string(PyLong_AsLongLong(value));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value) && i < 2; ++i) {
      text += (i ? ":" : "") + Text(PyTuple_GET_ITEM(value, i));
    }
    return text;
  }
  return Py_TYPE(value)->tp_name;
}

std::string ModuleOf(PyObject* globals) {
  PyObject* name = globals ? PyDict_GetItemString(globals, "__name__") : nullptr;
  return name && PyUnicode_CheckExact(name) ? Text(name) : std::string();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

class Listener {
 public:
  void Start(py::handle ns) {
    if (!own_) own_.emplace(Folders());
    heard_ = {};
    temporary_.clear();
    newest_thread_ = NewestThread();
    ns_ = ns.ptr();
    hears_ = true;
  }

  Heard Stop() {
    hears_ = false;
    if (NewestThread() > newest_thread_) effects_.Add({"thread", "still running when the cell ended", false});
    heard_.effects = effects_.Take();
    return std::move(heard_);
  }

  // False: a guard stops it, and the exception is set.
  bool Note(graph::Effect effect) {
    Add(std::move(effect));
    return !Refused();
  }

  bool listens() const { return hears_ || guard_; }

  void StartGuard(py::handle ns, std::vector<graph::Effect> allowed, py::object stopped) {
    if (!own_) own_.emplace(Folders());
    if (!hears_) {
      ns_ = ns.ptr();
      temporary_.clear();
    }
    guard_.emplace();
    guard_->allowed = std::move(allowed);
    guard_->exception = std::move(stopped);
    guard_->thread = PyThreadState_GetID(PyThreadState_Get());
    guard_->newest_thread = NewestThread();
  }

  std::vector<graph::Effect> StopGuard() {
    auto stopped = guard_ ? std::move(guard_->stopped) : std::vector<graph::Effect>();
    guard_.reset();
    return stopped;
  }

  // True, and its exception set: what was just heard must not happen.
  bool Refused() {
    if (!guard_ || !guard_->refuses) return false;
    guard_->refuses = false;
    const graph::Effect& effect = guard_->stopped.back();
    PyErr_SetString(guard_->exception.ptr(), (effect.kind + ": " + effect.detail).c_str());
    return true;
  }

  void Hear(std::string_view event, PyObject* args) {
    if (event == "open") return Open(args);
    if (event == "exec") return Exec();
    if (event == "sys._getframe" || event == "sys._current_frames") return Frame();
    if (event == "pickle.find_class") return FindClass(args);
    if (event == "sqlite3.connect") return Database(args);
    if (event.starts_with("ctypes.") || event.starts_with("gc.get_")) return FromCell(event);
    if (event == "import") return Import(args);
    if (const EventRule* rule = RuleOf(event)) return Tell(*rule, event, args);
  }

 private:
  struct Guard {
    std::vector<graph::Effect> allowed, stopped;
    py::object exception;
    std::uint64_t thread = 0, newest_thread = 0;
    bool refuses = false;

    bool Forbids(const graph::Effect& effect) const {
      const std::uint64_t here = PyThreadState_GetID(PyThreadState_Get());
      if (!effect.unsafe || (here != thread && here <= newest_thread)) return false;
      if (effect.kind == "input") return true;
      const bool counted = std::any_of(allowed.begin(), allowed.end(), [](const auto& a) { return a.kind == "more" && a.unsafe; });
      return std::none_of(allowed.begin(), allowed.end(), [&](const graph::Effect& a) {
        return a.unsafe && a.kind == effect.kind && (counted || a.detail == effect.detail);
      });
    }
  };

  void Add(graph::Effect effect) {
    if (guard_ && guard_->Forbids(effect)) {
      guard_->stopped.push_back(std::move(effect));
      guard_->refuses = true;
    } else if (hears_) {
      effects_.Add(std::move(effect));
    }
  }

  static std::vector<std::string> Folders() {
    std::vector<std::string> folders{"/proc", "/sys", "/dev", "/usr", "/lib", "/etc"};
    const std::string home = Environment("HOME");
    const std::string ipython = Environment("IPYTHONDIR"), cache = Environment("XDG_CACHE_HOME");
    folders.push_back(ipython.empty() ? home + "/.ipython" : ipython);
    folders.push_back(cache.empty() ? home + "/.cache" : cache);
    folders.push_back(home + "/.config/matplotlib");
    for (const char* prefix : {"prefix", "base_prefix"}) {
      PyObject* value = PySys_GetObject(prefix);
      if (value && PyUnicode_CheckExact(value)) folders.push_back(Text(value));
    }
    return folders;
  }

  // CPython 3.11 has no event for the start of a thread; thread states are numbered as they are made.
  static std::uint64_t NewestThread() {
    std::uint64_t newest = 0;
    PyThreadState* thread = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
    for (; thread; thread = PyThreadState_Next(thread)) newest = std::max<std::uint64_t>(newest, PyThreadState_GetID(thread));
    return newest;
  }

  bool CalledByCell() const { return PyEval_GetGlobals() == ns_; }

  void Door(std::string reason) {
    if (heard_.door.empty()) heard_.door = std::move(reason);
  }

  static std::string Argument(PyObject* args, int index) {
    return index >= 0 && index < PyTuple_GET_SIZE(args) ? Text(PyTuple_GET_ITEM(args, index)) : std::string();
  }

  void Open(PyObject* args) {
    if (PyTuple_GET_SIZE(args) < 3 || PyLong_Check(PyTuple_GET_ITEM(args, 0))) return;  // a descriptor: opened before
    const std::string path = Argument(args, 0), mode = Argument(args, 1);
    const long flags = PyLong_CheckExact(PyTuple_GET_ITEM(args, 2)) ? PyLong_AsLong(PyTuple_GET_ITEM(args, 2)) : 0;
    if (own_->Contains(path)) return;
    struct stat info;
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return;  // tempfile names the folder; the file's own event comes beside it
    const bool writes = mode.find_first_of("wxa+") != mode.npos || flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
    if (writes) {
      const bool new_temporary = flags & O_EXCL && path.starts_with(TemporaryFolder());
      if (new_temporary) temporary_.insert(path);
      return Add({"file-write", path, !temporary_.contains(path)});
    }
    if (!exists || !S_ISREG(info.st_mode)) return;
    if (hears_) Add({"file-read", effects_.full() ? path : FileState(path), false});
  }

  static std::string TemporaryFolder() {
    const std::string folder = Environment("TMPDIR");
    return folder.empty() ? "/tmp/" : folder;
  }

  void Exec() {
    if (CalledByCell() || RunsInSession(ModuleOf(PyEval_GetGlobals()))) Door("exec");
  }

  // The function that asked for a frame; inspect asks for others.
  void Frame() {
    auto frame = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
    while (frame) {
      auto* at = reinterpret_cast<PyFrameObject*>(frame.ptr());
      const auto globals = py::reinterpret_steal<py::object>(PyFrame_GetGlobals(at));
      const std::string module = ModuleOf(globals.ptr());
      if (globals.ptr() != ns_ && module == "inspect") {
        frame = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetBack(at)));
        continue;
      }
      if (globals.ptr() == ns_ || !LooksHarmlessly(module)) Door("a frame taken by " + (module.empty() ? "?" : module));
      return;
    }
  }

  void FindClass(PyObject* args) {
    if (Argument(args, 0) == "__main__") heard_.names.insert(Argument(args, 1));
  }

  void Database(PyObject* args) {
    const std::string path = Argument(args, 0);
    if (path.empty() || path == ":memory:" || path.find("mode=memory") != path.npos || own_->Contains(path)) return;
    Add({"file-write", path, true});
  }

  void FromCell(std::string_view event) {
    if (!CalledByCell() && !(event.starts_with("ctypes.") && CallerOfModule("ctypes"))) return;
    Add({"memory", std::string(event), true});
    Door(std::string(event));
  }

  // True if the running function belongs to `module` and was called by the cell's code.
  bool CallerOfModule(const char* module) const {
    if (ModuleOf(PyEval_GetGlobals()) != module) return false;
    const auto back = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetBack(PyEval_GetFrame())));
    if (!back) return false;
    const auto globals = py::reinterpret_steal<py::object>(PyFrame_GetGlobals(reinterpret_cast<PyFrameObject*>(back.ptr())));
    return globals.ptr() == ns_;
  }

  void Import(PyObject* args) {
    if (CalledByCell()) Add({"module", Argument(args, 0), false});
  }

  void Tell(const EventRule& rule, std::string_view event, PyObject* args) {
    std::string detail = rule.argument < 0 ? std::string(event) : Argument(args, rule.argument);
    const std::string_view kind = rule.kind;
    if (kind.starts_with("file-") && own_->Contains(detail)) return;
    if (event == "os.remove" && temporary_.contains(detail)) return;  // what this cell made for itself
    const bool unsafe = rule.unsafe && !(kind == "subprocess" && AsksTheMachine(detail));
    Add({rule.kind, std::move(detail), unsafe});
  }

  std::uint64_t newest_thread_ = 0;
  PyObject* ns_ = nullptr;  // compared only
  bool hears_ = false;
  std::optional<Guard> guard_;
  std::optional<OwnFiles> own_;
  EffectList effects_;
  NameSet temporary_;  // files with new names that the cell made in the temporary folder
  Heard heard_;
};

Listener& TheListener() {
  static Listener& listener = *new Listener;
  return listener;
}

int Hook(const char* event, PyObject* args, void* data) {
  auto& listener = *static_cast<Listener*>(data);
  if (!listener.listens()) return 0;
  // Frequent events that say nothing: builtins.id, object.__getattr__ and their like, code.__new__, marshal.loads.
  if (event[0] == 'b' && std::strcmp(event, "builtins.id") == 0) return 0;
  if ((event[0] == 'o' && event[1] == 'b') || event[0] == 'm' || (event[0] == 'c' && event[1] == 'o')) return 0;
  try {
    listener.Hear(event, args);
  } catch (...) {
    PyErr_Clear();  // a hook that raises would end the user's call
  }
  return listener.Refused() ? -1 : 0;
}

}  // namespace

void InstallAuditHook() {
  static bool installed = false;
  if (installed) return;
  if (PySys_AddAuditHook(&Hook, &TheListener()) != 0) throw py::error_already_set();
  installed = true;
}

void StartListening(py::handle ns) { TheListener().Start(ns); }

Heard StopListening() { return TheListener().Stop(); }

void NoteEffect(graph::Effect effect) {
  if (!TheListener().Note(std::move(effect))) throw py::error_already_set();
}

void StartGuard(py::handle ns, std::vector<graph::Effect> allowed, py::object stopped) {
  TheListener().StartGuard(ns, std::move(allowed), std::move(stopped));
}

std::vector<graph::Effect> StopGuard() { return TheListener().StopGuard(); }

}  // namespace ferry::observe
