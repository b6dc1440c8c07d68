#include "tracker/objects/components.h"

#include <algorithm>
#include <set>

namespace ferry::objects {
namespace {

// Groups that share more immutable objects than this travel together: each would need a pid of its own.
constexpr std::size_t kManyShared = 4096;

class Builder {
 public:
  explicit Builder(Walk& walk) : walk_(walk), units_(walk.units()) {
    sets_.Resize(units_.size());
    for (std::uint32_t u = 0; u < units_.size(); ++u) sets_.Union(u, walk.links().Find(u));
    for (std::uint32_t u = 0; u < units_.size(); ++u)
      for (std::uint32_t part : units_[u].parts) sets_.Union(u, part);
  }

  // The final sets of units, each after those it needs.
  std::vector<std::vector<std::uint32_t>> Sets() {
    do MergeCycles();
    while (MergeByShared());
    std::vector<std::vector<std::uint32_t>> result;
    auto [ids, edges] = Graph();
    std::vector<std::vector<std::uint32_t>> members(ids.size());
    std::unordered_map<std::uint32_t, std::uint32_t> index;
    for (std::uint32_t i = 0; i < ids.size(); ++i) index[ids[i]] = i;
    for (std::uint32_t u = 0; u < units_.size(); ++u) members[index[sets_.Find(u)]].push_back(u);
    for (const auto& set : StrongComponents(edges)) result.push_back(std::move(members[set[0]]));
    return result;
  }

 private:
  struct Edges {
    std::vector<std::uint32_t> ids;  // representatives
    std::vector<std::vector<std::uint32_t>> edges;
  };
  Edges Graph() {
    Edges g;
    std::unordered_map<std::uint32_t, std::uint32_t> index;
    for (std::uint32_t u = 0; u < units_.size(); ++u)
      if (sets_.Find(u) == u) {
        index[u] = static_cast<std::uint32_t>(g.ids.size());
        g.ids.push_back(u);
      }
    g.edges.resize(g.ids.size());
    for (std::uint32_t u = 0; u < units_.size(); ++u)
      for (std::uint32_t need : units_[u].needs) {
        std::uint32_t from = index[sets_.Find(u)], to = index[sets_.Find(need)];
        if (from != to) g.edges[from].push_back(to);
      }
    return g;
  }

  void MergeCycles() {
    auto [ids, edges] = Graph();
    for (const auto& set : StrongComponents(edges))
      for (std::uint32_t member : set) sets_.Union(ids[set[0]], ids[member]);
  }

  bool MergeByShared() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> count;
    bool merged = false;
    for (const Sharing& s : walk_.sharings()) {
      std::uint32_t a = sets_.Find(s.first), b = sets_.Find(s.second);
      if (a != b && ++count[std::minmax(a, b)] == kManyShared) merged |= sets_.Union(a, b);
    }
    return merged;
  }

  Walk& walk_;
  std::vector<Unit>& units_;
  UnionFind sets_;
};

std::optional<Digest> Fingerprint(Walk& walk, const std::vector<std::uint32_t>& members) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (std::uint32_t u : members) groups[walk.links().Find(u)].push_back(u);
  std::vector<std::pair<std::string, Digest>> digests;
  for (const auto& [_, group] : groups) {
    const Unit& first = walk.units()[group[0]];
    std::optional<Digest> digest = group.size() == 1 ? walk.Alone(group[0]) : walk.Together(group);
    if (!digest) return std::nullopt;
    digests.emplace_back(first.name, *digest);
  }
  if (digests.size() == 1) return digests[0].second;
  std::sort(digests.begin(), digests.end());
  Encoder e;
  for (const auto& [name, digest] : digests) {
    e.Put(Tag::kRoot, name);
    e.Put(Tag::kRoot, digest);
  }
  return e.Finish();
}

void Summarize(Walk& walk, const std::vector<std::uint32_t>& members, Component* c) {
  for (std::uint32_t u : members) {
    const Unit& unit = walk.units()[u];
    if (!unit.code) c->names.push_back(unit.name);
    if (c->opaque.empty()) c->opaque = unit.opaque;
    c->door |= unit.door;
    c->objects += unit.objects;
    c->bytes += unit.bytes;
    c->unfound += unit.unfound;
    for (const CodeInfo* code : unit.codes)
      c->mentions.insert(c->mentions.end(), code->mentions.begin(), code->mentions.end());
  }
  std::sort(c->names.begin(), c->names.end());
}

// Who reaches which immutable object: numbers of components.
struct Shared {
  std::unordered_map<PyObject*, std::set<std::uint32_t>> users;
  std::vector<PyObject*> order;

  bool Add(PyObject* object, std::uint32_t component) {
    std::set<std::uint32_t>& of = users[object];
    if (of.empty()) order.push_back(object);
    return of.insert(component).second;
  }
};

// The walk notes what lies inside an immutable object for the first unit that comes through it. What such an object holds
// lives where the object lives, so its home is one that reaches it as well: `a = [t, t[0]]`, and a class that holds `t`.
bool AddInsides(Walk& walk, const std::vector<std::uint32_t>& of_unit, Shared* shared) {
  std::vector<PyObject*> ahead;
  for (PyObject* object : shared->order)
    if (shared->users[object].size() > 1) ahead.push_back(object);
  while (!ahead.empty()) {
    if (walk.Stop()) return false;
    PyObject* outer = ahead.back();
    ahead.pop_back();
    const std::uint32_t home = *shared->users[outer].begin();
    const auto first = walk.UnitOf(outer);
    if (first && of_unit[*first] == home) continue;
    std::vector<PyObject*> inside{outer};
    std::set<PyObject*> seen;
    while (!inside.empty()) {
      PyObject* holder = inside.back();
      inside.pop_back();
      auto look = [&](PyObject* item) {
        const bool holds = PyTuple_Check(item) || PyFrozenSet_Check(item);
        const auto unit = Py_REFCNT(item) > 1 ? walk.UnitOf(item) : std::nullopt;  // what nobody else holds is in here alone
        if (!unit) {
          if (holds && seen.insert(item).second) inside.push_back(item);
          return;
        }
        shared->Add(item, of_unit[*unit]);
        if (shared->Add(item, home) && holds) ahead.push_back(item);
      };
      if (PyTuple_Check(holder)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(holder); ++i) look(PyTuple_GET_ITEM(holder, i));
      } else if (PyFrozenSet_Check(holder)) {
        Py_ssize_t at = 0;
        Py_hash_t hash;
        for (PyObject* item; _PySet_NextEntry(holder, &at, &item, &hash);) look(item);
      }
    }
  }
  return true;
}

void SortUnique(std::vector<std::uint32_t>* v) {
  std::sort(v->begin(), v->end());
  v->erase(std::unique(v->begin(), v->end()), v->end());
}

}  // namespace

std::optional<Components> MakeComponents(Walk& walk, Pids& pids) {
  Components result;
  std::vector<Unit>& units = walk.units();
  std::vector<std::vector<std::uint32_t>> sets = Builder(walk).Sets();
  result.of_unit.resize(units.size());
  for (std::uint32_t number = 0; number < sets.size(); ++number)
    for (std::uint32_t u : sets[number]) result.of_unit[u] = number;

  auto pid = [&](PyObject* object) {
    std::int64_t p = pids.Of(object);
    result.objects[p] = object;
    return p;
  };
  for (std::uint32_t number = 0; number < sets.size(); ++number) {
    Component c;
    Summarize(walk, sets[number], &c);
    std::optional<Digest> fingerprint = Fingerprint(walk, sets[number]);
    if (!fingerprint) return std::nullopt;
    c.fingerprint = *fingerprint;
    std::set<std::uint32_t> seen;
    for (std::uint32_t u : sets[number]) {
      if (units[u].code) c.exports.push_back(pid(units[u].root));
      for (std::uint32_t need : units[u].needs)
        if (result.of_unit[need] != number && seen.insert(need).second) {
          c.needs.push_back(pid(units[need].root));
          c.needed.push_back(result.of_unit[need]);
        }
    }
    SortUnique(&c.needed);
    for (std::uint32_t other : c.needed)
      c.mentions.insert(c.mentions.end(), result.list[other].mentions.begin(), result.list[other].mentions.end());
    SortUnique(&c.mentions);
    result.list.push_back(std::move(c));
  }

  // A shared immutable lives in the first component that reaches it: needs never point forward, so no cycle arises.
  Shared shared;
  for (const Sharing& s : walk.sharings()) {
    if (walk.Stop()) return std::nullopt;
    shared.Add(s.object, result.of_unit[s.first]);
    shared.Add(s.object, result.of_unit[s.second]);
  }
  if (!AddInsides(walk, result.of_unit, &shared)) return std::nullopt;
  for (PyObject* object : shared.order) {
    if (walk.Stop()) return std::nullopt;
    const std::set<std::uint32_t>& users = shared.users[object];
    if (users.size() < 2) continue;
    std::int64_t p = pid(object);
    std::uint32_t home = *users.begin();
    result.list[home].exports.push_back(p);
    for (std::uint32_t user : users) {
      if (user == home) continue;
      Component& c = result.list[user];
      c.needs.push_back(p);
      if (std::find(c.needed.begin(), c.needed.end(), home) == c.needed.end()) c.needed.push_back(home);
    }
  }
  return result;
}

std::vector<std::vector<std::uint32_t>> StrongComponents(const std::vector<std::vector<std::uint32_t>>& edges) {
  std::vector<std::vector<std::uint32_t>> result;
  std::size_t n = edges.size();
  constexpr std::uint32_t kNone = ~0u;
  std::vector<std::uint32_t> index(n, kNone), low(n), stack;
  std::vector<bool> open(n);
  std::vector<std::pair<std::uint32_t, std::size_t>> calls;  // node, next edge
  std::uint32_t next = 0;
  for (std::uint32_t root = 0; root < n; ++root) {
    if (index[root] != kNone) continue;
    calls.emplace_back(root, 0);
    while (!calls.empty()) {
      auto& [v, edge] = calls.back();
      if (edge == 0) {
        index[v] = low[v] = next++;
        stack.push_back(v);
        open[v] = true;
      }
      bool deeper = false;
      while (edge < edges[v].size()) {
        std::uint32_t w = edges[v][edge++];
        if (index[w] == kNone) {
          calls.emplace_back(w, 0);
          deeper = true;
          break;
        }
        if (open[w]) low[v] = std::min(low[v], index[w]);
      }
      if (deeper) continue;
      std::uint32_t done = v;
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[done]);
      if (low[done] != index[done]) continue;
      result.emplace_back();
      for (std::uint32_t w = kNone; w != done;) {
        w = stack.back();
        stack.pop_back();
        open[w] = false;
        result.back().push_back(w);
      }
    }
  }
  return result;
}

}  // namespace ferry::objects
