#include "tracker/objects/reach.h"

#include <algorithm>

#include "tracker/objects/arrays.h"
#include "tracker/objects/table.h"
#include "util/stop.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

struct Link {
  PyObject* object = nullptr;
  std::uint32_t walk = 0;  // the table's
  PyObject* parent = nullptr;  // what led there; null for a root
};

class Search {
 public:
  Search(std::unordered_set<PyObject*> wanted, const Bounds& bounds) : left_(std::move(wanted)), bounds_(bounds) {}

  bool Run(const std::vector<PyObject*>& roots) {
    for (PyObject* root : roots) Meet(root, nullptr);
    for (std::size_t looked = 0; looked < queue_.size() && !left_.empty() && looked < bounds_.most; ++looked) {
      if (MainStop().Asked()) return false;
      holder_ = queue_[looked];
      if (PyFunction_Check(holder_)) EnterFunction();
      else if (IsArray(holder_)) EnterArray();
      else if (traverseproc traverse = Py_TYPE(holder_)->tp_traverse; traverse && PyObject_IS_GC(holder_)) traverse(holder_, &Visit, this);
    }
    return true;
  }

  std::vector<Path> Paths() {
    std::vector<Path> paths;
    for (PyObject* object : found_) {
      Path& path = paths.emplace_back();
      for (PyObject* at = object; at; at = met_.Find(at)->parent) path.push_back(py::reinterpret_borrow<py::object>(at));
      std::reverse(path.begin(), path.end());
    }
    return paths;
  }

 private:
  static int Visit(PyObject* child, void* self) {
    static_cast<Search*>(self)->Reach(child);
    return 0;
  }

  void EnterFunction() {
    PyObject* globals = PyFunction_GET_GLOBALS(holder_);
    if (globals != bounds_.globals && !met_.Find(globals)) return;
    const auto* function = reinterpret_cast<PyFunctionObject*>(holder_);
    for (PyObject* part : {function->func_defaults, function->func_kwdefaults, function->func_dict})
      if (part) Reach(part);
    PyObject* closure = PyFunction_GET_CLOSURE(holder_);
    for (Py_ssize_t i = 0; closure && i < PyTuple_GET_SIZE(closure); ++i)
      if (PyObject* value = PyCell_GET(PyTuple_GET_ITEM(closure, i))) Reach(value);
  }

  // The collector sees nothing of what an array looks into.
  void EnterArray() {
    PyObject* base = arrays_.Readable(holder_) ? reinterpret_cast<Array*>(holder_)->base : nullptr;
    if (base && IsArray(base)) Reach(base);
  }

  void Reach(PyObject* child) {
    const bool is_met = PyObject_GC_IsTracked(child) || PyFunction_Check(holder_) || IsUntrackedKind(child);
    if (!is_met || PyModule_Check(child) || PyType_Check(child) || bounds_.apart.contains(child)) return;
    if (Meet(child, holder_) && left_.erase(child)) found_.push_back(child);
  }

  bool IsUntrackedKind(PyObject* object) const {
    return std::any_of(bounds_.untracked.begin(), bounds_.untracked.end(), [&](PyTypeObject* type) { return PyObject_TypeCheck(object, type); });
  }

  bool Meet(PyObject* object, PyObject* parent) {
    auto [link, is_new] = met_.Insert(object);
    if (!is_new) return false;
    link->parent = parent;
    queue_.push_back(object);
    return true;
  }

  std::unordered_set<PyObject*> left_;
  const Bounds& bounds_;
  Arrays arrays_;
  PyObject* holder_ = nullptr;
  std::vector<PyObject*> queue_;
  Table<Link> met_;
  std::vector<PyObject*> found_;
};

}  // namespace

std::optional<std::vector<Path>> PathsTo(const std::unordered_set<PyObject*>& wanted, const std::vector<PyObject*>& roots,
                                         const Bounds& bounds) {
  Search search(wanted, bounds);
  if (!search.Run(roots)) return std::nullopt;
  return search.Paths();
}

}  // namespace ferry::objects
