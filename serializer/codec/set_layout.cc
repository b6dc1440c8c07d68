#include "serializer/codec/set_layout.h"

#include <cstdint>
#include <cstring>
#include <vector>

namespace ferry::codec {

namespace py = pybind11;

namespace {

constexpr std::size_t kSmallest = 8;  // PySet_MINSIZE: this table is part of the object
constexpr std::size_t kLinearProbes = 9;
constexpr int kPerturbShift = 5;

// Little endian. After it: for each member in the order of the loaded table its slot, then the slots of dummies; each 4
// bytes, 8 where the table has more slots than that.
struct Header {
  std::uint64_t mask, finger, used, dummies;
  std::uint64_t hashes;  // of the loaded table, in its order
};

std::uint64_t Mix(std::uint64_t sum, Py_hash_t hash) { return (sum ^ static_cast<std::uint64_t>(hash)) * 0x100000001b3ull; }

// The places where a table is searched for a hash, in order, until visit(slot) says that it ends there.
template <typename Visit>
void Probe(Py_hash_t hash, std::size_t mask, Visit&& visit) {
  std::size_t perturb = static_cast<std::size_t>(hash), i = perturb & mask;
  for (;;) {
    const std::size_t last = i + kLinearProbes <= mask ? i + kLinearProbes : i;
    for (std::size_t slot = i; slot <= last; ++slot)
      if (visit(slot)) return;
    perturb >>= kPerturbShift;
    i = (i * 5 + 1 + perturb) & mask;
  }
}

bool Full(std::size_t fill, std::size_t mask) { return fill * 5 >= mask * 3; }

// A table to which members are only added: at each slot the number of a member, 1 and up, or 0.
class Added {
 public:
  explicit Added(const std::vector<Py_hash_t>& hashes) : hashes_(hashes), slots_(kSmallest) {
    for (std::size_t member = 1; member <= hashes.size(); ++member) {
      Put(member);
      if (Full(member, mask())) Grow(member > 50'000 ? member * 2 : member * 4);
    }
  }
  std::size_t mask() const { return slots_.size() - 1; }
  const std::vector<std::size_t>& slots() const { return slots_; }

 private:
  void Put(std::size_t member) {
    Probe(hashes_[member - 1], mask(), [&](std::size_t slot) {
      if (slots_[slot]) return false;
      slots_[slot] = member;
      return true;
    });
  }
  void Grow(std::size_t least) {
    std::size_t size = kSmallest;
    while (size <= least) size *= 2;
    std::vector<std::size_t> old(size);
    old.swap(slots_);
    for (std::size_t member : old)
      if (member) Put(member);
  }

  const std::vector<Py_hash_t>& hashes_;
  std::vector<std::size_t> slots_;
};

std::size_t Width(std::size_t mask) { return mask > UINT32_MAX ? 8 : 4; }

}  // namespace

std::string SetLayout(py::handle set) {
  auto* so = reinterpret_cast<PySetObject*>(set.ptr());
  if (!PyAnySet_Check(set.ptr())) throw py::type_error("a set");
  const std::size_t mask = so->mask;
  if ((so->used == 0 && PyFrozenSet_Check(set.ptr())) || Full(so->fill, mask)) return "";
  std::vector<Py_hash_t> hashes;
  std::vector<std::uint64_t> slot_of, dummies;
  for (std::size_t slot = 0; slot <= mask && hashes.size() + dummies.size() < static_cast<std::size_t>(so->fill); ++slot) {
    const setentry& entry = so->table[slot];
    if (!entry.key) continue;
    if (entry.key == _PySet_Dummy) {
      dummies.push_back(slot);
    } else {
      slot_of.push_back(slot);
      hashes.push_back(entry.hash);
    }
  }
  const Added added(hashes);
  Header header{mask, static_cast<std::uint64_t>(so->finger), hashes.size(), dummies.size(), 0};
  std::vector<std::uint64_t> places;
  bool same = added.mask() == mask && dummies.empty() && so->finger == 0;
  for (std::size_t slot = 0; slot < added.slots().size(); ++slot) {
    const std::size_t member = added.slots()[slot];
    if (!member) continue;
    header.hashes = Mix(header.hashes, hashes[member - 1]);
    places.push_back(slot_of[member - 1]);
    same = same && places.back() == slot;
  }
  if (same) return "";
  places.insert(places.end(), dummies.begin(), dummies.end());
  const std::size_t width = Width(mask);
  std::string layout(sizeof header + places.size() * width, '\0');
  std::memcpy(layout.data(), &header, sizeof header);
  for (std::size_t i = 0; i < places.size(); ++i) std::memcpy(layout.data() + sizeof header + i * width, &places[i], width);
  return layout;
}

bool ApplySetLayout(py::handle set, std::string_view layout) {
  Header header;
  if (!PyAnySet_Check(set.ptr()) || layout.size() < sizeof header) throw py::value_error("no layout of a set");
  std::memcpy(&header, layout.data(), sizeof header);
  const std::size_t mask = header.mask, width = Width(mask), places = (layout.size() - sizeof header) / width;
  if ((mask & (mask + 1)) || mask + 1 < kSmallest || mask >= PY_SSIZE_T_MAX / sizeof(setentry) || header.used > places ||
      header.dummies != places - header.used || Full(places, mask) || header.finger > PY_SSIZE_T_MAX)
    throw py::value_error("no layout of a set");

  auto* so = reinterpret_cast<PySetObject*>(set.ptr());
  if (static_cast<std::uint64_t>(so->used) != header.used || so->fill != so->used) return false;
  std::uint64_t sum = 0;
  for (Py_ssize_t slot = 0; slot <= so->mask; ++slot)
    if (so->table[slot].key) sum = Mix(sum, so->table[slot].hash);
  if (sum != header.hashes) return false;

  std::vector<setentry> table(mask + 1, setentry{nullptr, 0});
  std::vector<std::size_t> moved;
  for (std::size_t i = 0, from = 0; i < places; ++i) {
    std::uint64_t slot = 0;
    std::memcpy(&slot, layout.data() + sizeof header + i * width, width);
    if (slot > mask || table[slot].key) throw py::value_error("no layout of a set");
    if (i >= header.used) {
      table[slot] = {_PySet_Dummy, -1};
      continue;
    }
    while (!so->table[from].key) ++from;
    table[slot] = so->table[from++];
    moved.push_back(slot);
  }
  for (std::size_t place : moved) {  // found again by its hash
    bool found = false;
    Probe(table[place].hash, mask, [&](std::size_t slot) { return (found = slot == place) || !table[slot].key; });
    if (!found) return false;
  }
  setentry* memory = so->smalltable;
  if (mask + 1 != kSmallest && !(memory = PyMem_New(setentry, mask + 1))) {
    PyErr_NoMemory();
    throw py::error_already_set();
  }
  setentry* old = so->table == so->smalltable ? nullptr : so->table;
  std::memcpy(memory, table.data(), table.size() * sizeof(setentry));
  so->table = memory;
  so->mask = static_cast<Py_ssize_t>(mask);
  so->fill = static_cast<Py_ssize_t>(places);
  so->finger = static_cast<Py_ssize_t>(header.finger);
  PyMem_Free(old);
  return true;
}

}  // namespace ferry::codec
