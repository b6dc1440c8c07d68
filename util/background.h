// One piece of work at a time on a thread of its own, for calls of the system that cannot be cut short (a sync): whoever
// waits for it can leave when a request comes, and ask again later. The work must hold all that it uses.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "util/result.h"
#include "util/stop.h"

namespace ferry {

// One owner. The work goes on whatever becomes of it, but its end is waited for on destruction (not in a forked child).
class Background {
 public:
  Background() = default;
  Background(Background&&) noexcept = default;
  Background& operator=(Background&&) = delete;
  ~Background();

  void Start(std::function<Result<void>()> work);  // none may run
  bool running() const { return state_ != nullptr; }  // until Wait has given its result
  std::optional<Result<void>> Wait(Stop& stop);  // nullopt: `stop` asked, it still runs

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ferry
