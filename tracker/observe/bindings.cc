#include "tracker/observe/bindings.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <unordered_map>

namespace py = pybind11;

namespace ferry::observe {

using objects::DictItem;

namespace {

constexpr std::size_t kBlock = 64;  // items compared at once

std::string_view Text(PyObject* key) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(key, &size);
  if (!bytes) PyErr_Clear();
  return bytes ? std::string_view{bytes, static_cast<std::size_t>(size)} : std::string_view{};
}

bool Numbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool Hidden(std::string_view name) {
  static const NameSet& hidden = *new NameSet{
      "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__annotations__", "__builtins__", "__builtin__",
      "__file__", "__cached__", "__warningregistry__", "__session__", "In", "Out", "get_ipython", "_", "__", "___", "_i",
      "_ii", "_iii", "_ih", "_oh", "_dh", "_sh", "_exit_code"};
  return hidden.contains(name) || Numbered(name, "_i") || Numbered(name, "_");
}

// exit, quit and open are names that users take for their own: they hide only while IPython's objects stand there.
bool IsShellsOwn(PyObject* value) {
  PyObject* module = nullptr;
  if (PyFunction_Check(value)) {
    module = reinterpret_cast<PyFunctionObject*>(value)->func_module;
  } else if (PyCFunction_CheckExact(value)) {
    module = reinterpret_cast<PyCFunctionObject*>(value)->m_module;
  } else if (PyTypeObject* type = Py_TYPE(value); type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
    module = PyDict_GetItemString(type->tp_dict, "__module__");
  }
  if (!module || !PyUnicode_CheckExact(module)) return false;
  const std::string_view name = Text(module);
  return name.starts_with("IPython.") || name.starts_with("ipykernel.") || name.starts_with("kernelferry.") ||
         name == "_sitebuiltins" || name == "io" || name == "_io" || name == "builtins";
}

}  // namespace

bool IsUserName(std::string_view name, PyObject* value) {
  if (name.empty()) return false;
  if (value && (name == "exit" || name == "quit" || name == "open")) return !IsShellsOwn(value);
  return (name[0] != '_' && name[0] != 'I' && name[0] != 'O' && name[0] != 'g') || !Hidden(name);
}

std::vector<std::string> UserNames(PyObject* ns) {
  std::vector<std::string> names;
  Py_ssize_t position = 0;
  PyObject *key, *value;
  while (PyDict_Next(ns, &position, &key, &value)) {
    if (PyUnicode_CheckExact(key) && IsUserName(Text(key), value)) names.emplace_back(Text(key));
  }
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

bool IsUser(const DictItem& item) { return PyUnicode_CheckExact(item.key) && IsUserName(Text(item.key), item.value); }

}  // namespace

// How a table differs from the copy of it: places in the copy that hold another value by now, and what left and came.
struct Bindings::Change {
  std::vector<DictItem> owned;  // the table, where it had to be made
  std::span<const DictItem> now;
  std::vector<std::size_t> rebound, left, came;  // places; ascending
};

Bindings::Change Bindings::Compare() const {
  Change change;
  if (const auto table = objects::TableOf(ns_.ptr())) {
    change.now = *table;
  } else {
    Py_ssize_t position = 0;
    for (DictItem item; PyDict_Next(ns_.ptr(), &position, &item.key, &item.value);) change.owned.push_back(item);
    change.now = change.owned;
  }
  const std::size_t both = std::min(seen_.size(), change.now.size());
  for (std::size_t block = 0; block < both; block += kBlock) {
    const std::size_t end = std::min(both, block + kBlock);
    if (std::memcmp(&seen_[block], &change.now[block], (end - block) * sizeof(DictItem)) == 0) continue;
    for (std::size_t at = block; at < end; ++at) {
      const DictItem &old = seen_[at], &now = change.now[at];
      if (old.key == now.key) {
        if (old.value != now.value) change.rebound.push_back(at);
        continue;
      }
      if (old.key) change.left.push_back(at);
      if (now.key) change.came.push_back(at);
    }
  }
  for (std::size_t at = both; at < seen_.size(); ++at) {
    if (seen_[at].key) change.left.push_back(at);
  }
  for (std::size_t at = both; at < change.now.size(); ++at) {
    if (change.now[at].key) change.came.push_back(at);
  }
  return change;
}

Bindings::~Bindings() {
  for (const DictItem& item : seen_) Py_XDECREF(item.key);
}

BindingChange Bindings::Refresh() {
  BindingChange result;
  const std::uint64_t version = objects::VersionOf(ns_.ptr());
  if (version == version_) return result;
  version_ = version;
  const Change change = Compare();

  std::vector<std::size_t> places;  // those that stay
  std::unordered_map<std::string_view, const void*> before;
  std::vector<py::object> gone;  // the keys of `before` live as long as it
  auto left = change.left.begin();
  for (const std::size_t at : places_) {
    left = std::lower_bound(left, change.left.end(), at);
    if (left != change.left.end() && *left == at) before.emplace(Text(seen_[at].key), seen_[at].value);
    else places.push_back(at);
  }
  for (const std::size_t at : change.left) gone.push_back(py::reinterpret_steal<py::object>(seen_[at].key));

  seen_.resize(change.now.size());
  for (const std::size_t at : change.left) {
    if (at < seen_.size()) seen_[at] = {};
  }
  std::vector<std::size_t> more;
  for (const std::size_t at : change.rebound) {
    seen_[at].value = change.now[at].value;
    const bool user = IsUser(seen_[at]);
    if (user) result.bound.emplace(Text(seen_[at].key));
    const auto place = std::lower_bound(places.begin(), places.end(), at);
    const bool was = place != places.end() && *place == at;
    if (was && !user) {  // the shell's own stands there again
      places.erase(place);
      result.gone.emplace(Text(seen_[at].key));
    }
    if (user && !was) places.insert(place, at);
  }
  for (const std::size_t at : change.came) {
    seen_[at] = change.now[at];
    Py_INCREF(seen_[at].key);
    if (!IsUser(seen_[at])) continue;
    more.push_back(at);
    const auto old = before.find(Text(seen_[at].key));
    if (old == before.end() || old->second != seen_[at].value) result.bound.emplace(Text(seen_[at].key));
    if (old != before.end()) before.erase(old);
  }
  places_.resize(places.size() + more.size());
  std::merge(places.begin(), places.end(), more.begin(), more.end(), places_.begin());
  for (const auto& [name, address] : before) result.gone.emplace(name);
  return result;
}

const std::vector<Binding>& Bindings::Users() {
  const std::uint64_t version = objects::VersionOf(ns_.ptr());
  if (version == users_version_) return users_;
  users_version_ = version;
  users_.clear();
  const Change change = Compare();
  const auto add = [&](std::size_t at) {
    if (const DictItem& item = change.now[at]; IsUser(item)) users_.push_back({Text(item.key), item.value});
  };
  auto left = change.left.begin();
  for (const std::size_t at : places_) {
    left = std::lower_bound(left, change.left.end(), at);
    if (left == change.left.end() || *left != at) add(at);
  }
  for (const std::size_t at : change.rebound) {
    if (!std::binary_search(places_.begin(), places_.end(), at)) add(at);
  }
  for (const std::size_t at : change.came) add(at);
  return users_;
}

std::vector<Binding> Bindings::CodeUnits() {
  std::vector<Binding> units;
  for (const Binding& user : Users()) {
    if (PyFunction_Check(user.value) || PyType_Check(user.value)) units.push_back(user);
  }
  return units;
}

PyObject* Bindings::Value(std::string_view name) const {
  const auto key = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), nullptr));
  if (!key) {
    PyErr_Clear();
    return nullptr;
  }
  PyObject* value = PyDict_GetItemWithError(ns_.ptr(), key.ptr());
  if (!value) PyErr_Clear();
  return value && IsUserName(name, value) ? value : nullptr;
}

}  // namespace ferry::observe
