// Plain values that `is` tells from their equals (a float, a long string), and which units lead to them. There may be one
// for every reference of a session, so a look spends little on each: a table entry of 16 bytes, whose place is fetched into
// the cache a few values before it is needed.
#pragma once

#include <array>
#include <vector>

#include "tracker/objects/modules.h"
#include "tracker/objects/table.h"
#include "tracker/objects/unit.h"

namespace ferry::objects {

class Distinct {
 public:
  // Values that two units lead to are appended to `sharings`.
  Distinct(Modules& modules, std::vector<Sharing>* sharings) : modules_(modules), sharings_(sharings) {}

  // A look begins, whose first walk has this number.
  void Clear(std::uint32_t since) { met_.Clear(since); }
  // Forgets what was noted and not met, so that nothing stays that may die.
  void Forget() { late_.fill({}); }

  // `unit` leads to `object` in this walk. Plain floats that modules hold (math.pi, math.nan) are nobody's.
  void Note(PyObject* object, bool plain_float, std::uint32_t unit, std::uint32_t walk) {
    met_.Prefetch(object);
    Late& late = late_[at_++ % late_.size()];
    if (late.object) Meet(late, unit, walk);
    late = {object, plain_float};
  }

  // The unit is walked. In the order in which they were noted: pids of shared objects follow it, and each look must give
  // them in one order.
  void Settle(std::uint32_t unit, std::uint32_t walk) {
    for (std::size_t i = 0; i < late_.size(); ++i) {
      Late& late = late_[at_++ % late_.size()];
      if (late.object) Meet(late, unit, walk);
      late = {};
    }
  }

  // Who met it first, or nullptr.
  const Met* Find(PyObject* object) { return met_.Find(object); }

 private:
  // What is to go into the table a moment later, when its place has come into the cache.
  struct Late {
    PyObject* object = nullptr;
    bool plain_float = false;
  };

  void Meet(const Late& late, std::uint32_t unit, std::uint32_t walk) {
    auto [met, fresh] = met_.Insert(late.object);
    if (fresh) {
      met->unit = unit;
    } else if (met->walk != walk) {
      if (!late.plain_float || !modules_.Find(late.object)) sharings_->push_back({late.object, met->unit, unit});
    }
    met->walk = walk;
  }

  Modules& modules_;
  std::vector<Sharing>* sharings_;
  Table<Met> met_;
  std::array<Late, 16> late_;
  std::size_t at_ = 0;
};

}  // namespace ferry::objects
