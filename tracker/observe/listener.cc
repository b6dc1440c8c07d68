#include "tracker/observe/listener.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <utility>

#include "tracker/observe/callers.h"
#include "tracker/observe/code_scan.h"
#include "tracker/observe/outside.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string TemporaryFolder() {
  const std::string folder = Environment("TMPDIR");
  return folder.empty() ? "/tmp/" : folder;
}

// An argument as the detail of an effect: a path as the system has it, a number, host and port.
std::string Text(PyObject* value) {
  if (PyUnicode_CheckExact(value)) {
    if (const char* text = PyUnicode_AsUTF8(value)) return text;
    PyErr_Clear();
    if (const auto path = py::reinterpret_steal<py::object>(PyUnicode_EncodeFSDefault(value))) return PyBytes_AS_STRING(path.ptr());
    PyErr_Clear();
  }
  if (PyBytes_CheckExact(value)) return PyBytes_AS_STRING(value);
  if (PyLong_CheckExact(value)) return std::to_string(PyLong_AsLongLong(value));
  if (!PyTuple_CheckExact(value)) return Py_TYPE(value)->tp_name;
  std::string text;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value) && i < 2; ++i) text += (i ? ":" : "") + Text(PyTuple_GET_ITEM(value, i));
  return text;
}

std::string Argument(PyObject* args, int index) {
  return index >= 0 && index < PyTuple_GET_SIZE(args) ? Text(PyTuple_GET_ITEM(args, index)) : std::string();
}

// -1: that is none.
int Descriptor(PyObject* args, int index) {
  const bool number = index >= 0 && index < PyTuple_GET_SIZE(args) && PyLong_CheckExact(PyTuple_GET_ITEM(args, index));
  return number ? static_cast<int>(PyLong_AsLongLong(PyTuple_GET_ITEM(args, index))) : -1;
}

// Of the event `open`.
long Flags(PyObject* args) { return PyLong_CheckExact(PyTuple_GET_ITEM(args, 2)) ? PyLong_AsLong(PyTuple_GET_ITEM(args, 2)) : 0; }

bool Writes(const std::string& mode, long flags) {
  return mode.find_first_of("wxa+") != mode.npos || flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
}

// Where Python, its libraries and the shell keep files of their own, and where services of the system are asked for names, users and numbers
// of one's own (uuid).
std::vector<std::string> OwnFolders() {
  std::vector<std::string> folders{"/proc", "/sys", "/dev", "/usr", "/lib", "/etc", "/run/uuidd", "/var/lib/libuuid", "/run/systemd/resolve",
                                   "/run/systemd/userdb", "/var/lib/sss", "/run/avahi-daemon"};
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

}  // namespace

void Listener::Disregard(std::vector<std::string> folders) {
  own_.emplace(OwnFolders());
  open_.Disregard(std::move(folders));
  Outside::The().Disregard(*own_, open_.ours(), TemporaryFolder());
}

void Listener::LiftGuard(bool lifted) {
  lifted_ = lifted;
  Outside::The().LiftGuard(lifted);
}

void Listener::Start(py::handle ns) {
  if (!own_) own_.emplace(OwnFolders());
  heard_ = {};
  temporary_.clear();
  newest_thread_ = NewestThread();
  ns_ = ns.ptr();
  if (Outside::The().Opened()) open_.Opened();
  open_.Before(*own_);
  Outside::The().Start();
  hears_ = true;
}

Heard Listener::Stop() {
  hears_ = false;
  for (graph::Effect& effect : Outside::The().Stop()) {
    if (effect.kind == "more" && effects_.full()) continue;
    if (effect.detail == kUntold && effects_.HasUnsafe("subprocess")) continue;  // an event told it
    effects_.Add(std::move(effect));
  }
  for (const std::string& path : open_.Written()) effects_.Add({"file-write", AsText(path), true});
  if (effects_.Has("file-write")) open_.Opened();
  if (RunsNewerThread(newest_thread_)) effects_.Add({"thread", "still running when the cell ended", false});
  heard_.effects = effects_.Take();
  return std::move(heard_);
}

void Listener::StartGuard(py::handle ns, std::vector<graph::Effect> allowed, py::object stopped) {
  if (!own_) own_.emplace(OwnFolders());
  if (!hears_) {
    ns_ = ns.ptr();
    temporary_.clear();
  }
  Outside::The().StartGuard(allowed);
  guard_.emplace(std::move(allowed), std::move(stopped));
}

std::vector<graph::Effect> Listener::StopGuard() {
  auto stopped = guard_ ? guard_->Take() : std::vector<graph::Effect>();
  open_.Opened();
  for (graph::Effect& effect : Outside::The().StopGuard()) stopped.push_back(std::move(effect));
  guard_.reset();
  return stopped;
}

bool Listener::Note(graph::Effect effect) {
  Add(std::move(effect));
  return !Refused();
}

void Listener::Hear(std::string_view event, PyObject* args) {
  if (event == "open") return HearOpen(args);
  if (event == "tempfile.mkdtemp") return HearTemporaryFolder(Argument(args, 0));
  if (event == "exec") {
    HearCode(args);
    if (ExecRunsInSession(ns_)) Door("exec");
  } else if (event == "sys._getframe" || event == "sys._current_frames") {
    if (const auto module = TakerOfFrame(ns_)) Door("a frame taken by " + *module);
  } else if (event == "pickle.find_class") {
    if (Argument(args, 0) == "__main__") heard_.names.insert(Argument(args, 1));
  } else if (event == "sqlite3.connect") {
    HearDatabase(args);
  } else if (event.starts_with("ctypes.") || event.starts_with("gc.get_")) {
    HearMemory(event);
  } else if (event == "import") {
    if (CalledBySession(ns_)) Add({"module", Argument(args, 0), false});
  } else if (const EventRule* rule = RuleOf(event)) {
    HearByRule(*rule, event, args);
  }
}

void Listener::HearCode(PyObject* args) {
  if (!way_back_.empty() || PyTuple_GET_SIZE(args) < 1 || !PyCode_Check(PyTuple_GET_ITEM(args, 0)) || !CalledByImport()) return;
  auto* code = reinterpret_cast<PyCodeObject*>(PyTuple_GET_ITEM(args, 0));
  const std::string file = Text(code->co_filename);
  if (!own_) own_.emplace(OwnFolders());
  if (file.empty() || file.front() == '<' || own_->Contains(file)) return;
  if (const std::string what = ScanFunction(code).way_back; !what.empty()) way_back_ = what + " in " + file;
}

void Listener::Add(graph::Effect effect) {
  effect.detail = AsText(effect.detail);
  if (guarded() && guard_->Stops(effect)) return;
  if (hears_) effects_.Add(std::move(effect));
}

void Listener::Door(std::string reason) {
  if (heard_.door.empty()) heard_.door = std::move(reason);
}

void Listener::HearBetween(std::string_view event, PyObject* args) {
  if (event != "open" || (PyTuple_GET_SIZE(args) == 3 && Writes(Argument(args, 1), Flags(args)))) open_.Opened();
}

void Listener::HearOpen(PyObject* args) {
  if (PyTuple_GET_SIZE(args) < 3 || PyLong_Check(PyTuple_GET_ITEM(args, 0))) return;  // a descriptor: opened before
  const std::string path = Argument(args, 0), mode = Argument(args, 1);
  const long flags = Flags(args);
  if (own_->Contains(path)) return;
  struct stat info;
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return;  // tempfile names the folder; the file's own event comes beside it
  if (Writes(mode, flags)) {
    const bool new_temporary = flags & O_EXCL && !exists && path.starts_with(TemporaryFolder());
    if (new_temporary) temporary_.insert(path);
    return Add({"file-write", path, !LiesIn(temporary_, path)});
  }
  if (!exists || !S_ISREG(info.st_mode)) return;
  if (hears_ && !LiesIn(temporary_, path)) Add({"file-read", effects_.full() ? path : FileState(path), false});
}

// Its name is random: run again, the cell makes another.
void Listener::HearTemporaryFolder(const std::string& path) {
  struct stat info;
  if (!path.starts_with(TemporaryFolder()) || ::stat(path.c_str(), &info) == 0) return;
  temporary_.insert(path);
  Outside::The().MakesTemporary(path);
}

void Listener::HearDatabase(PyObject* args) {
  const std::string path = Argument(args, 0);
  if (path.empty() || path == ":memory:" || path.find("mode=memory") != path.npos || own_->Contains(path)) return;
  Add({"file-write", path, true});
}

void Listener::HearMemory(std::string_view event) {
  if (!CalledBySession(ns_) && !(event.starts_with("ctypes.") && CalledBySessionThrough("ctypes", ns_))) return;
  Add({"memory", std::string(event), true});
  Door(std::string(event));
}

void Listener::HearByRule(const EventRule& rule, std::string_view event, PyObject* args) {
  std::string detail = rule.argument < 0 ? std::string(event) : Argument(args, rule.argument);
  const std::string_view kind = rule.kind;
  if (kind.starts_with("file-")) {
    if (const int fd = Descriptor(args, rule.argument); fd >= 0) {
      struct stat info;
      if (::fstat(fd, &info) == 0 && info.st_nlink == 0) return;  // removed, or never with a name: nobody will find it
      detail = PathOf(fd);
    } else if (const int folder = Descriptor(args, rule.folder); folder >= 0 && !detail.starts_with('/')) {
      detail = PathOf(folder) + "/" + detail;
    }
    if (own_->Contains(detail)) return;
  }
  const bool temporary = kind.starts_with("file-") && event != "os.rename" && LiesIn(temporary_, detail);  // what this cell made for itself
  if (temporary && kind == "file-remove") return;
  const bool unsafe = rule.unsafe && !temporary && !(kind == "subprocess" && AsksTheMachine(detail));
  Add({rule.kind, std::move(detail), unsafe});
}

}  // namespace ferry::observe
