#include "kernel/relay/move_account.h"

namespace ferry::relay {
namespace {

double Between(MoveAccount::Clock::time_point from, MoveAccount::Clock::time_point to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

double MoveAccount::Seconds() const { return Between(began_, parts_.back().second); }

json MoveAccount::Fields() const {
  json steps = json::array();
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) steps.push_back({parts_[i].first, Between(parts_[i].second, parts_[i + 1].second)});
  return {{"seconds", Seconds()}, {"pause", Between(held_, parts_.back().second)}, {"steps", steps}};
}

}  // namespace ferry::relay
