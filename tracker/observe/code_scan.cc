#include "tracker/observe/code_scan.h"

#include <opcode.h>

#include <map>

#include "tracker/observe/bytecode.h"
#include "tracker/observe/liveness.h"
#include "tracker/observe/magics.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

template <typename... Words>
bool OneOf(std::string_view word, Words... words) {
  return ((word == words) || ...);
}

std::string_view Text(PyObject* string) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(string, &size);
  if (!bytes) {  // lone surrogates: no identifier of Python
    PyErr_Clear();
    return {};
  }
  return {bytes, static_cast<std::size_t>(size)};
}

// Names of what tells the time or draws from the system.
bool IsClock(std::string_view name) {
  return OneOf(name, "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time", "time_ns", "now",
               "utcnow", "today", "uuid1", "uuid4", "urandom", "token_bytes", "token_hex", "token_urlsafe", "randbelow",
               "SystemRandom", "id");
}

// Of a class or a module: `datetime.now`. Events of a simulation have such names as well (`env.now`), and those of a clock are mostly called.
bool IsOfDates(std::string_view holder) {
  return holder.find("date") != holder.npos || holder.find("time") != holder.npos || OneOf(holder, "dt", "pd", "arrow", "pendulum") ||
         (!holder.empty() && holder[0] >= 'A' && holder[0] <= 'Z');
}

// One code object: walks its instructions and gathers, for each, the names it uses and the name it binds.
class Scanner {
 public:
  Scanner(PyCodeObject* code, bool cell) : code_(code), cell_(cell), at_(Decode(code)) {}

  CodeScan Run() {
    Liveness liveness(at_);
    for (i_ = 0; i_ < at_.size(); ++i_) {
      uses_.clear();
      defines_ = {};
      branches_ |= at_[i_].jump >= 0 || at_[i_].handler >= 0;
      Look();
      if (cell_) {
        liveness.Note(i_, uses_, defines_);
      } else {
        scan_.reads.merge(uses_);
      }
    }
    if (cell_) scan_.reads = liveness.AtStart();
    if (branches_) scan_.surely.clear();
    return std::move(scan_);
  }

 private:
  int Op(std::size_t i) const { return i < at_.size() ? at_[i].op : NOP; }
  PyObject* Const(std::size_t i) const { return PyTuple_GET_ITEM(code_->co_consts, at_[i].arg); }
  std::string_view Name(int index) const { return Text(PyTuple_GET_ITEM(code_->co_names, index)); }

  std::string_view StringConst(std::size_t i) const {
    return Op(i) == LOAD_CONST && PyUnicode_CheckExact(Const(i)) ? Text(Const(i)) : std::string_view{};
  }

  // The global that the instruction before this one loaded.
  std::string_view LoadedBefore() const {
    if (i_ == 0) return {};
    const Instruction& before = at_[i_ - 1];
    if (before.op == LOAD_NAME) return Name(before.arg);
    return before.op == LOAD_GLOBAL ? Name(before.arg >> 1) : std::string_view{};
  }

  // Whether an attribute of this name tells the time or draws something: not `row.id`, and `now` that is not called only where a class has it.
  bool IsClockAttribute(std::string_view name) const {
    if (name == "id") return LoadedBefore() == "builtins";
    if (!IsClock(name)) return false;
    if (!OneOf(name, "now", "today") || at_[i_].op == LOAD_METHOD) return true;
    const bool of_attribute = i_ > 0 && at_[i_ - 1].op == LOAD_ATTR;
    return IsOfDates(of_attribute ? Name(at_[i_ - 1].arg) : LoadedBefore());
  }

  void Door(std::string_view reason) {
    if (scan_.door.empty()) scan_.door = reason;
    const bool back = OneOf(reason, "import __main__", "__main__", "get_ipython", "user_ns", "user_global_ns", "user_module");
    if (back && scan_.way_back.empty()) scan_.way_back = reason;
  }

  void Look() {
    const Instruction& now = at_[i_];
    switch (now.op) {
      case LOAD_NAME: Load(Name(now.arg)); break;
      case LOAD_GLOBAL: Load(Name(now.arg >> 1)); break;
      case STORE_NAME: case DELETE_NAME:
        if (!cell_) break;  // of a class body
        [[fallthrough]];
      case STORE_GLOBAL: case DELETE_GLOBAL:
        defines_ = Name(now.arg);
        scan_.binds.emplace(defines_);
        if (cell_) scan_.surely.emplace(defines_);
        break;
      case IMPORT_NAME: Import(Name(now.arg)); break;
      case LOAD_ATTR: case LOAD_METHOD: Attribute(Name(now.arg)); break;
      case LOAD_CONST: Constant(); break;
      default: break;
    }
  }

  void Load(std::string_view name) {
    const bool called_bare = Op(i_ + 1) == PRECALL && at_[i_ + 1].arg == 0;
    if (name == "get_ipython" && called_bare && Magic()) return;
    uses_.emplace(name);
    if (OneOf(name, "vars", "dir") && (called_bare || Op(i_ + 1) == STORE_NAME)) Door(name);
    if (name == "locals" && !(code_->co_flags & CO_OPTIMIZED)) Door(name);
    if (IsDoorName(name) || IsDoorAttribute(name)) Door(name);
    if (IsClock(name)) scan_.clocks.emplace(name);
  }

  void Attribute(std::string_view name) {
    if (IsDoorAttribute(name)) Door(name);
    if (IsClockAttribute(name)) scan_.clocks.emplace(name);
    if (name == "time" && LoadedBefore() == "time") scan_.clocks.emplace("time.time");
    // DataFrame.query and .eval take names out of their text: known only if the text is a constant.
    if (OneOf(name, "query", "eval") && !(Op(i_ + 1) == PRECALL && at_[i_ + 1].arg == 0)) {
      const int after = Op(i_ + 2);
      if (StringConst(i_ + 1).empty() || !(after == PRECALL || after == KW_NAMES || after == LOAD_CONST)) Door(name);
    }
  }

  void Import(std::string_view module) {
    if (module == "__main__") Door("import __main__");
    if (!module.empty()) scan_.imports.emplace(module);
  }

  void Constant() {
    PyObject* value = Const(i_);
    if (PyCode_Check(value)) {
      Inner(value);
    } else if (PyUnicode_CheckExact(value)) {
      if (!OwnName()) Words(value);
    } else if (PyTuple_CheckExact(value) && Op(i_ + 1) == IMPORT_NAME) {
      // names of attributes of the module
    } else {
      Nested(value);
    }
  }

  void Nested(PyObject* value) {
    if (PyUnicode_CheckExact(value)) {
      Words(value);
    } else if (PyTuple_CheckExact(value)) {
      for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i) Nested(PyTuple_GET_ITEM(value, i));
    } else if (PyFrozenSet_CheckExact(value)) {
      Py_ssize_t position = 0;
      PyObject* item;
      Py_hash_t hash;
      while (_PySet_NextEntry(value, &position, &item, &hash)) Nested(item);
    }
  }

  void Words(PyObject* string) {
    const std::string_view text = Text(string);
    if (text == "__main__") {
      const bool idiom = Op(i_ + 1) == COMPARE_OP && LoadedBefore() == "__name__";  // if __name__ == '__main__'
      if (!idiom) Door("__main__");
      return;
    }
    for (const auto word : Identifiers(text)) uses_.emplace(word);
  }

  // The constants by which the compiler tells a class its own name.
  bool OwnName() const {
    if (Op(i_ + 1) == STORE_NAME && OneOf(Name(at_[i_ + 1].arg), "__qualname__", "__doc__")) return !cell_;
    if (i_ < 2 || Op(i_ - 1) != MAKE_FUNCTION || Op(i_ - 2) != LOAD_CONST || !PyCode_Check(Const(i_ - 2))) return false;
    const auto* body = reinterpret_cast<PyCodeObject*>(Const(i_ - 2));
    return !(body->co_flags & CO_OPTIMIZED) && Text(body->co_name) == Text(Const(i_));
  }

  void Inner(PyObject* code) {
    CodeScan inside = ScanFunction(reinterpret_cast<PyCodeObject*>(code));
    uses_.insert(inside.reads.begin(), inside.reads.end());
    scan_.inner.push_back(py::reinterpret_borrow<py::object>(code));
    scan_.Add(inside);
  }

  // get_ipython().run_line_magic('name', 'text') and its like. False: something else is done with the shell.
  bool Magic() {
    const std::size_t method = i_ + 3;  // after PRECALL and CALL
    if (Op(method) != LOAD_METHOD) return false;
    const std::string_view how = Name(at_[method].arg);
    if (OneOf(how, "system", "getoutput", "getoutput_split")) return true;
    if (!OneOf(how, "run_line_magic", "run_cell_magic")) return false;
    const std::string_view name = StringConst(method + 1);
    switch (Reach(name)) {
      case MagicReach::kText: return true;
      case MagicReach::kFerry:
        scan_.ferry.emplace_back(name);
        if (name == "resume") Door("%resume");
        return true;
      case MagicReach::kCode: return Compiled(method + 1, how == "run_cell_magic");
      case MagicReach::kDoor: break;
    }
    Door("%" + std::string(name));
    return true;
  }

  // The names that the text of %time and its like binds. What does not compile is not plain Python: a door.
  bool Compiled(std::size_t name, bool cell) {
    for (std::size_t i = name + 1; i <= name + (cell ? 2 : 1); ++i) {
      std::string text(StringConst(i));
      if (!cell || i == name + 2) {
        const auto code = py::reinterpret_steal<py::object>(Py_CompileString(text.c_str(), "<magic>", Py_file_input));
        if (code) {
          const CodeScan inside = ScanCell(reinterpret_cast<PyCodeObject*>(code.ptr()));
          uses_.insert(inside.reads.begin(), inside.reads.end());
          scan_.Add(inside);
        } else {
          PyErr_Clear();
          Door("magic with text that is not plain Python");
        }
      }
    }
    return true;
  }

  PyCodeObject* code_;
  bool cell_;
  std::vector<Instruction> at_;
  CodeScan scan_;
  std::size_t i_ = 0;
  NameSet uses_;
  std::string_view defines_;
  bool branches_ = false;
};

}  // namespace

void CodeScan::Add(const CodeScan& other) {
  binds.insert(other.binds.begin(), other.binds.end());
  imports.insert(other.imports.begin(), other.imports.end());
  clocks.insert(other.clocks.begin(), other.clocks.end());
  ferry.insert(ferry.end(), other.ferry.begin(), other.ferry.end());
  inner.insert(inner.end(), other.inner.begin(), other.inner.end());
  if (door.empty()) door = other.door;
  if (way_back.empty()) way_back = other.way_back;
}

bool IsDoorName(std::string_view name) { return OneOf(name, "globals", "eval", "exec", "get_ipython", "__main__"); }

bool IsDoorAttribute(std::string_view name) {
  return OneOf(name, "__globals__", "f_globals", "f_locals", "f_back", "tb_frame", "gi_frame", "cr_frame", "ag_frame",
               "user_ns", "user_global_ns", "user_module", "_getframe", "currentframe",
               "reload");  // whose old functions and classes are the session's from then on, whoever holds them
}

CodeScan ScanCell(PyCodeObject* code) { return Scanner(code, true).Run(); }

CodeScan ScanFunction(PyCodeObject* code) { return Scanner(code, false).Run(); }

}  // namespace ferry::observe
