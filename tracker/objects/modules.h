// Objects that imported modules hold (`np.random.mtrand._rand`, a logger, rcParams): they are carried by reference
// (module, attribute) and never link, or two variables with a logger each would share the whole logging tree.
//
// A module's attributes count as they were when the module was first seen; what the session hangs into it later is the
// session's. Version tags of the module dicts make a look cheap when nothing moved.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace ferry::objects {

struct ModuleReference {
  std::string module;
  std::string attribute;
};

// Whether sys.modules holds the module under its name, and an import would bring it: not so of one that a cell made by
// hand and put there. A submodule that a library made by hand comes with the library.
bool IsImported(PyObject* module);
// Whether the module of this name is one that a cell made by hand and put into sys.modules.
bool IsByHand(PyObject* name);
// Whether a dict is the namespace of an imported module.
bool IsModuleNamespace(PyObject* dict);
// Whether an import of its module finds this very function. Runs no code.
bool IsFoundByImport(PyObject* function);

class Modules {
 public:
  explicit Modules(pybind11::handle ns) : namespace_(ns) {}

  // What modules that have come hold is theirs from now on. 50 ns a module where none has come or changed.
  void See();
  // The same, and brings the table of Find up to date. 0.1 us for each object of a module where one has come or changed.
  void Refresh();

  bool current() const { return !seen_.empty() && !behind_; }  // as of the newest See

  // Whether a class of a module had `object` among its attributes when the module was first seen.
  bool IsConstantOf(PyTypeObject* type, PyObject* object) const;

  // The place an imported module holds `object` at, or nullptr. The shortest module name wins, so that the answer does
  // not depend on the order of imports.
  const ModuleReference* Find(PyObject* object) const {
    auto it = references_.find(object);
    return it == references_.end() ? nullptr : &it->second;
  }

 private:
  struct Seen {
    PyObject* dict;
    std::uint64_t version = 0;
    std::uint64_t round = 0;  // of the newest See that met it
    std::string name;
    std::vector<std::pair<PyObject*, PyObject*>> held;  // interned attribute name, value; borrowed
  };
  void Baseline(Seen* seen);
  void BaselineClass(PyTypeObject* type);
  void Compare(Seen* seen);
  void Offer(PyObject* object, const std::string& module, const char* attribute);
  void Rebuild();

  pybind11::handle namespace_;
  bool behind_ = false;  // the table
  std::uint64_t round_ = 0;
  std::unordered_map<PyObject*, Seen> seen_;  // by module object
  std::unordered_map<PyObject*, ModuleReference> references_;
  std::unordered_map<PyTypeObject*, std::vector<PyObject*>> classes_;  // their attributes with state; compared only
};

}  // namespace ferry::objects
