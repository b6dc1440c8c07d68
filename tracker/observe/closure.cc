#include "tracker/observe/closure.h"

#include "tracker/observe/audit.h"

namespace ferry::observe {

Closure::Closure(Knowledge& knowledge, Ambient& ambient, const Pending* pending)
    : knowledge_(knowledge), ambient_(ambient), pending_(pending) {
  knowledge_.Begin();
}

void Closure::Everywhere() {
  started_ = true;
  Want(knowledge_.escaped());
  for (PyObject* code : ambient_.Alive()) {
    if (knowledge_.Holds(code)) continue;
    const CodeScan scan = ScanFunction(reinterpret_cast<PyCodeObject*>(code));
    Want(scan.reads);
    binds_.insert(scan.binds.begin(), scan.binds.end());
    if (!scan.door.empty()) Door(scan.door);
  }
  if (!WayBack().empty()) Door(WayBack());
}

void Closure::Add(const CodeScan& scan) {
  if (!started_) Everywhere();
  made_.merge(next_made_);
  next_made_ = scan.surely;
  if (!scan.door.empty()) Door(scan.door);
  clocks_.insert(scan.clocks.begin(), scan.clocks.end());
  Want(scan.reads);
  Run();
  for (const auto& name : scan.binds) {
    binds_.insert(name);
    PyObject* value = knowledge_.bindings().Value(name);
    // The value that goes away may end in code of the user (a destructor), and leaves those that shared it.
    if (before_.try_emplace(name, value).second && value && !names_.contains(name)) Follow(name, value, false);
  }
  Run();
}

void Closure::Want(const NameSet& names) {
  for (const auto& name : names) {
    if (mentions_.insert(name).second) todo_.push_back(name);
  }
}

bool Closure::Made(const std::string& name, PyObject* value) const {
  if (made_.contains(name)) return true;
  const auto it = before_.find(name);
  return it != before_.end() && it->second != value;
}

void Closure::Run() {
  while (!todo_.empty()) {
    const std::string name = std::move(todo_.back());
    todo_.pop_back();
    PyObject* value = knowledge_.bindings().Value(name);
    if (value) {
      const bool made = Made(name, value);
      if (!made) names_.insert(name);
      Follow(name, value, made);
    } else if (pending_) {
      const auto it = pending_->find(name);
      if (it == pending_->end()) continue;
      names_.insert(name);
      for (const auto& mention : it->second) {
        if (IsDoorName(mention)) Door(mention);
      }
      Want({it->second.begin(), it->second.end()});
    }
  }
}

void Closure::Follow(const std::string& name, PyObject* value, bool made) {
  const Reached reached = knowledge_.Reach(name, value, made);
  Want(reached.mentions);
  binds_.insert(reached.binds.begin(), reached.binds.end());
  clocks_.insert(reached.clocks.begin(), reached.clocks.end());
  if (!reached.door.empty()) Door(reached.door);
  for (const auto& partner : reached.partners) {
    if (partner != name && names_.insert(partner).second) {
      mentions_.insert(partner);
      todo_.push_back(partner);
    }
  }
}

}  // namespace ferry::observe
