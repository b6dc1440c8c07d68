// The objects a look has met that more than one reference leads to. Open addressing in many small parts, so that growing
// one never takes long enough to be felt by a request; cleared by the number of the look's first walk, so that a look (or
// its abort) never pays for the memory of the one before.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <pybind11/pybind11.h>

namespace ferry::objects {

// An object that may have state, or leads to some.
struct Entry {
  enum Flag : std::uint8_t {
    kMutable = 1,    // two units that reach it share state
    kCodeUnit = 2,   // a class or function of the session: `unit` is its own unit
    kReference = 4,  // held by an imported module
    kShadow = 8,     // met only while counting references, not part of any unit
    kUnder = 16,     // an array that was met looks into its memory
    kMet = 32,       // it was met by itself, or more than one array looks into its memory
  };
  PyObject* object = nullptr;
  std::uint32_t walk = 0;    // that numbered it last, or the table's `since`
  std::uint32_t unit = 0;    // that met it first
  std::uint32_t number = 0;  // its place in that walk
  std::uint32_t edges = 0;   // references to it that the look has counted
  std::uint8_t flags = 0;
};

// A plain value that can be told from its equals: only who met it matters.
struct Met {
  PyObject* object = nullptr;
  std::uint32_t walk = 0;  // that met it last, or the table's `since`
  std::uint32_t unit = 0;  // that met it first
};

// Walks are numbered upwards; what a walk before `since` left is not there.
template <typename E>
class Table {
 public:
  void Clear(std::uint32_t since) {
    if (since < since_)  // the numbers began anew
      for (Part& part : parts_) part.entries.assign(part.entries.size(), E{});
    since_ = since;
    for (Part& part : parts_) part.count = 0;
  }

  E* Find(PyObject* object) {
    std::uint64_t hash = Hash(object);
    Part& part = parts_[hash >> 56];
    if (part.entries.empty()) return nullptr;
    for (std::size_t i = Slot(part, hash);; i = Next(part, i)) {
      E& e = part.entries[i];
      if (e.walk < since_) return nullptr;
      if (e.object == object) return &e;
    }
  }

  // The entry of `object`, and whether it is new. Valid until the next Insert.
  std::pair<E*, bool> Insert(PyObject* object) {
    std::uint64_t hash = Hash(object);
    Part& part = parts_[hash >> 56];
    if (part.count * 2 >= part.entries.size()) Grow(part);
    for (std::size_t i = Slot(part, hash);; i = Next(part, i)) {
      E& e = part.entries[i];
      if (e.walk < since_) {
        e = E{object, since_};
        ++part.count;
        return {&e, true};
      }
      if (e.object == object) return {&e, false};
    }
  }

  [[gnu::always_inline]] void Prefetch(PyObject* object) const {  // always: GCC drops the call of what only prefetches
    std::uint64_t hash = Hash(object);
    const Part& part = parts_[hash >> 56];
    if (!part.entries.empty()) __builtin_prefetch(&part.entries[Slot(part, hash)], 1);
  }

  // Calls f with every entry until it returns false; false if it did.
  template <typename F>
  bool Each(F f) {
    for (Part& part : parts_)
      for (E& e : part.entries)
        if (e.walk >= since_ && !f(e)) return false;
    return true;
  }

 private:
  struct Part {
    std::vector<E> entries;  // a power of two, or none
    std::size_t count = 0;
  };
  static std::uint64_t Hash(const PyObject* object) {
    return (reinterpret_cast<std::uintptr_t>(object) >> 4) * 0x9E3779B97F4A7C15ull;
  }
  static std::size_t Slot(const Part& part, std::uint64_t hash) { return (hash >> 20) & (part.entries.size() - 1); }
  static std::size_t Next(const Part& part, std::size_t i) { return (i + 1) & (part.entries.size() - 1); }
  void Grow(Part& part) {
    std::vector<E> old(part.entries.empty() ? 16 : part.entries.size() * 2);
    old.swap(part.entries);
    for (const E& e : old) {
      if (e.walk < since_) continue;
      std::size_t i = Slot(part, Hash(e.object));
      while (part.entries[i].walk >= since_) i = Next(part, i);
      part.entries[i] = e;
    }
  }

  std::array<Part, 256> parts_;
  std::uint32_t since_ = 1;
};

}  // namespace ferry::objects
