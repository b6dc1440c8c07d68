// The objects a look has met that more than one reference leads to. Open addressing, cleared by bumping a generation so
// that a look (or its abort) never pays for the memory of the one before.
#pragma once

#include <cstdint>
#include <vector>

#include <pybind11/pybind11.h>

namespace ferry::objects {

struct Entry {
  enum Flag : std::uint8_t {
    kMutable = 1,    // two units that reach it share state
    kCodeUnit = 2,   // a class or function of the session: `unit` is its own unit
    kReference = 4,  // held by an imported module
    kShadow = 8,     // met only while counting references, not part of any unit
  };
  PyObject* object = nullptr;
  std::uint32_t generation = 0;
  std::uint32_t unit = 0;    // that met it first
  std::uint32_t walk = 0;    // that numbered it last
  std::uint32_t number = 0;  // its place in that walk
  std::uint32_t edges = 0;   // references to it that the look has counted
  std::uint8_t flags = 0;
};

class Table {
 public:
  Table() : entries_(1 << 12) {}

  void Clear() { ++generation_; count_ = 0; }

  Entry* Find(PyObject* object) {
    for (std::size_t i = Slot(object);; i = (i + 1) & (entries_.size() - 1)) {
      Entry& e = entries_[i];
      if (e.generation != generation_) return nullptr;
      if (e.object == object) return &e;
    }
  }

  // The entry of `object`, and whether it is new. Valid until the next Insert.
  std::pair<Entry*, bool> Insert(PyObject* object) {
    if (count_ * 2 > entries_.size()) Grow();
    for (std::size_t i = Slot(object);; i = (i + 1) & (entries_.size() - 1)) {
      Entry& e = entries_[i];
      if (e.generation != generation_) {
        e = Entry{object, generation_};
        ++count_;
        return {&e, true};
      }
      if (e.object == object) return {&e, false};
    }
  }

  void Prefetch(PyObject* object) const { __builtin_prefetch(&entries_[Slot(object)]); }

  template <typename F>
  void Each(F f) {
    for (Entry& e : entries_)
      if (e.generation == generation_) f(e);
  }

 private:
  std::size_t Slot(const PyObject* object) const {
    return ((reinterpret_cast<std::uintptr_t>(object) >> 4) * 0x9E3779B97F4A7C15ull >> 20) & (entries_.size() - 1);
  }
  void Grow() {
    std::vector<Entry> old(entries_.size() * 4);
    old.swap(entries_);
    for (const Entry& e : old) {
      if (e.generation != generation_) continue;
      std::size_t i = Slot(e.object);
      while (entries_[i].generation == generation_) i = (i + 1) & (entries_.size() - 1);
      entries_[i] = e;
    }
  }

  std::vector<Entry> entries_;
  std::size_t count_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace ferry::objects
