#include "tracker/observe/knowledge.h"

#include <algorithm>
#include <cstdint>

#include "tracker/objects/modules.h"
#include "tracker/observe/code_scan.h"

namespace py = pybind11;

namespace ferry::observe {
namespace {

NameSet Strings(py::handle list) {
  NameSet names;
  for (const py::handle item : list) names.insert(item.cast<std::string>());
  return names;
}

bool Meet(const std::vector<const void*>& a, const std::vector<const void*>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    std::less<>{}(*i, *j) ? ++i : ++j;
  }
  return false;
}

// A function that its own library holds, too. What the session hangs on it is held from outside itself, and escaped.
bool IsOfLibrary(PyObject* value) {
  return PyFunction_Check(value) && objects::IsModuleNamespace(reinterpret_cast<PyFunctionObject*>(value)->func_globals) &&
         objects::IsFoundByImport(value);
}

}  // namespace

void Knowledge::Learn(py::handle look) {
  escaped_.clear();
  looked_.clear();
  groups_.clear();
  inspected_.clear();
  holder_.clear();
  std::unordered_map<std::int64_t, NameSet> exporters;  // pid -> names of the component it lives in
  for (const py::handle found : look.attr("components")) {
    for (const py::handle pid : found.attr("exports")) exporters[pid.cast<std::int64_t>()] = Strings(found.attr("names"));
  }
  for (const py::handle found : look.attr("components")) {
    auto component = std::make_shared<Component>();
    component->names = Strings(found.attr("names"));
    component->touched = component->names;
    for (const py::handle pid : found.attr("needs")) {
      const NameSet& names = exporters[pid.cast<std::int64_t>()];
      component->touched.insert(names.begin(), names.end());
    }
    component->mentions = Strings(found.attr("mentions"));
    for (const auto& mention : component->mentions) {
      if (IsDoorName(mention)) component->door = mention;
    }
    if (found.attr("door").cast<bool>()) component->door = "it holds the namespace, a frame or the shell";
    const bool escaped = found.attr("escaped").cast<bool>();
    if (escaped) escaped_.insert(component->mentions.begin(), component->mentions.end());
    for (const auto& name : component->names) {
      PyObject* value = bindings_.Value(name);
      if (escaped && !(value && IsOfLibrary(value))) escaped_.insert(name);
      looked_[name] = {component, value};
      if (!value) continue;
      for (const void* code : Inspect(value, bindings_.ns().ptr(), kMostOfOne).codes) holder_[code] = name;
    }
  }
  HoldRegistered();
  unsearched_.clear();
  for (const Binding& user : bindings_.Users()) {
    if (!looked_.contains(std::string(user.name))) unsearched_.emplace(user.name);
  }
}

void Knowledge::Registered(NameSet names) {
  registered_ = std::move(names);
  HoldRegistered();
}

void Knowledge::HoldRegistered() {
  for (const auto& name : registered_) {
    const auto looked = looked_.find(name);
    if (looked == looked_.end()) continue;
    escaped_.insert(looked->second.component->names.begin(), looked->second.component->names.end());
    escaped_.insert(looked->second.component->mentions.begin(), looked->second.component->mentions.end());
  }
}

void Knowledge::Ran(const NameSet& touched, const NameSet& mentions, bool everything) {
  auto group = std::make_shared<Group>();
  group->mentions = mentions;
  group->everything = everything;
  const auto join = [&](const std::string& name, PyObject* value) {
    inspected_.erase(name);
    unsearched_.insert(name);
    const auto looked = looked_.find(name);
    if (looked != looked_.end() && looked->second.address != value) looked_.erase(looked);
    if (!value || IsLeaf(value)) {
      groups_.erase(name);
      return;
    }
    auto& mine = groups_[name];
    if (mine == group) return;
    if (const auto old = mine; old && std::count(old->names.begin(), old->names.end(), name)) {
      group->mentions.insert(old->mentions.begin(), old->mentions.end());
      group->everything |= old->everything;
      for (const auto& other : old->names) groups_[other] = group;
      group->names.insert(group->names.end(), old->names.begin(), old->names.end());
    } else {
      group->names.push_back(name);
    }
    groups_[name] = group;
  };
  if (everything) {
    for (const Binding& user : bindings_.Users()) join(std::string(user.name), user.value);
  } else {
    for (const auto& name : touched) join(name, bindings_.Value(name));
  }
}

bool Knowledge::Fresh(const std::string& name, const void* value) const {
  const auto it = looked_.find(name);
  return it != looked_.end() && it->second.address == value && !groups_.contains(name);
}

const Inspection& Knowledge::InspectOnce(const std::string& name, PyObject* value) {
  Inspected& known = inspected_[name];
  if (known.address != value) {
    known = {value, Inspect(value, bindings_.ns().ptr(), std::min(budget_, kMostOfOne))};
    budget_ -= std::min(budget_, known.found.met);
    for (const void* code : known.found.codes) holder_[code] = name;
  }
  return known.found;
}

bool Knowledge::Share(const std::string& name, PyObject* value, const std::string& other) {
  PyObject* theirs = bindings_.Value(other);
  if (!theirs || IsLeaf(theirs)) return false;
  const Inspection& mine = InspectOnce(name, value);
  const Inspection& found = InspectOnce(other, theirs);
  return !mine.alone && !found.alone && (!mine.complete || !found.complete || Meet(mine.shared, found.shared));
}

Reached Knowledge::Reach(const std::string& name, PyObject* value, bool made) {
  Reached reached;
  if (const auto it = looked_.find(name); it != looked_.end()) {
    reached.partners = it->second.component->touched;
    if (Fresh(name, value)) {
      reached.mentions = it->second.component->mentions;
      reached.door = it->second.component->door;
      return reached;
    }
  }
  if (IsLeaf(value)) return reached;
  const Inspection& found = InspectOnce(name, value);
  reached.mentions = found.mentions;
  reached.binds = found.binds;
  reached.clocks = found.clocks;
  reached.door = found.door;
  const auto in = groups_.find(name);
  if (!found.complete && !made) {
    if (in == groups_.end() || in->second->everything) {
      reached.door = "the value of " + name + " is too large to inspect at once";
    } else {
      reached.mentions.insert(in->second->mentions.begin(), in->second->mentions.end());
    }
  }
  if (const auto& units = found.units; !units.empty()) {
    for (const Binding& unit : bindings_.CodeUnits()) {
      if (std::binary_search(units.begin(), units.end(), unit.value)) reached.partners.emplace(unit.name);
    }
  }
  // Nothing is known of a value that came from outside the cells: it may share with every other.
  const auto meet = [&](const std::string& other) {
    if (other != name && !reached.partners.contains(other) && Share(name, value, other)) reached.partners.insert(other);
  };
  if (in != groups_.end()) {
    for (const auto& other : in->second->names) meet(other);
  } else {
    for (const Binding& user : bindings_.Users()) meet(std::string(user.name));
  }
  return reached;
}

bool Knowledge::Holds(const void* code) {
  const auto holds = [&] {
    const auto it = holder_.find(code);
    if (it == holder_.end()) return false;
    PyObject* value = bindings_.Value(it->second);
    if (!value) return false;
    if (Fresh(it->second, value)) return true;
    const auto inspected = inspected_.find(it->second);
    if (inspected == inspected_.end() || inspected->second.address != value) return false;
    const auto& codes = inspected->second.found.codes;
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  if (holds()) return true;
  for (auto it = unsearched_.begin(); it != unsearched_.end() && budget_ > 0; it = unsearched_.erase(it)) {
    PyObject* value = bindings_.Value(*it);
    if (value && !IsLeaf(value)) InspectOnce(*it, value);
  }
  return holds();
}

}  // namespace ferry::observe
