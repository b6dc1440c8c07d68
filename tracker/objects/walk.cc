#include "tracker/objects/walk.h"

#include <algorithm>
#include <tuple>

#include "tracker/objects/origin.h"
#include "util/stop.h"

namespace ferry::objects {

void Walk::Start() {
  if (walk_ > 1u << 31) walk_ = 0;
  table_.Clear(++walk_);
  distinct_.Clear(walk_);
  types_.NewLook();
  codes_.Clear();
  arrays_.Clear();
  units_.clear();
  sharings_.clear();
  spans_.Clear();
  weakly_held_.clear();
  held_bases_.clear();
  cached_.clear();
  buffers_.Clear();
  links_ = UnionFind();
  stopped_ = torn_ = false;
  switches_ = GilSwitches();
}

void Walk::Finish() {
  distinct_.Forget();
  frames_.clear();
  pending_.clear();
  reductions_.Clear();
}

std::uint32_t Walk::AddName(const std::string& name, PyObject* value, bool untouched) {
  auto id = static_cast<std::uint32_t>(units_.size());
  Unit unit;
  unit.root = value;
  unit.name = name;
  unit.untouched = untouched;
  units_.push_back(std::move(unit));
  links_.Resize(units_.size());
  return id;
}

bool Walk::Run() {
  first_pass_ = true;
  // Code units are added while the loop runs.
  for (std::uint32_t u = 0; u < units_.size(); ++u) {
    Begin();
    if (!WalkRoot(u)) return false;
    distinct_.Settle(u, walk_);
    units_[u].digest = encoder_.Finish();
    units_[u].needs = met_;
  }
  spans_.Link(&links_);
  first_pass_ = false;
  for (auto [memory, unit] : held_bases_) units_[unit].held_bases |= !IsState(memory);
  return true;
}

void Walk::Begin() {
  ++walk_;
  number_ = 0;
  met_.clear();
  order_.clear();
  last_code_ = nullptr;
  encoder_.Restart();
}

std::optional<Digest> Walk::Alone(std::uint32_t unit) {
  if (!units_[unit].held_bases) return units_[unit].digest;
  Begin();
  if (!WalkRoot(unit)) return std::nullopt;
  return encoder_.Finish();
}

std::optional<Digest> Walk::Together(std::vector<std::uint32_t> group) {
  std::sort(group.begin(), group.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Unit &x = units_[a], &y = units_[b];
    return std::tie(x.code, x.name, a) < std::tie(y.code, y.name, b);
  });
  // What shares objects with a unit that was touched counts as touched.
  if (std::any_of(group.begin(), group.end(), [&](std::uint32_t u) { return !units_[u].untouched; }))
    for (std::uint32_t u : group) units_[u].untouched = false;
  Begin();
  std::vector<bool> done(units_.size());
  auto walk = [&](std::uint32_t u) {
    done[u] = true;
    encoder_.Put(Tag::kRoot, units_[u].name);
    return WalkRoot(u);
  };
  // Names first, then the code units in the order in which they are met from there, then those met from nowhere.
  for (std::uint32_t u : group)
    if (!units_[u].code && !walk(u)) return std::nullopt;
  std::size_t met = 0;
  for (std::size_t next = 0;;) {
    while (met < met_.size()) {
      std::uint32_t u = met_[met++];
      if (!done[u] && std::find(group.begin(), group.end(), u) != group.end() && !walk(u)) return std::nullopt;
    }
    while (next < group.size() && done[group[next]]) ++next;
    if (next == group.size()) break;
    if (!walk(group[next])) return std::nullopt;
  }
  return encoder_.Finish();
}

bool Walk::WalkRoot(std::uint32_t unit) {
  unit_ = unit;
  frames_.clear();
  pending_.clear();
  again_ = listing_ = made_ = memory_ = false;
  PyObject* root = units_[unit].root;
  if (!units_[unit].code) {
    std::size_t before = met_.size();
    Visit(root);
    if (met_.size() > before && frames_.empty() && first_pass_)
      if (Entry* e = table_.Find(root); e && e->flags & Entry::kCodeUnit) units_[unit].parts.push_back(e->unit);
  } else if (PyType_Check(root)) {
    ExpandClass(root);
  } else {
    ExpandFunction(root);
  }
  return Drain();
}

bool Walk::Step() {
  if (GilSwitches() != switches_) stopped_ = torn_ = true;
  if (++steps_ >= 128) {
    steps_ = 0;
    if (MainStop().Asked()) stopped_ = true;
  }
  return !stopped_;
}

std::optional<std::uint32_t> Walk::UnitOf(PyObject* immutable) {
  if (const Met* met = distinct_.Find(immutable)) return met->unit;
  const Entry* entry = table_.Find(immutable);
  if (!entry || entry->flags & (Entry::kMutable | Entry::kCodeUnit | Entry::kReference | Entry::kShadow)) return std::nullopt;
  return entry->unit;
}

bool Walk::IsLeaf(PyObject* object) {
  if (object == namespace_.ptr() || modules_.Find(object)) return true;
  switch (types_.Of(Py_TYPE(object)).kind) {
    case Kind::kModule: case Kind::kClass: case Kind::kCode: case Kind::kNamed: case Kind::kDoor: case Kind::kTraceback:
    case Kind::kScalar:
      return true;
    case Kind::kFunction:
      return !IsLocalFunction(object);
    default:
      return false;
  }
}

}  // namespace ferry::objects
