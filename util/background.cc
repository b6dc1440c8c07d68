#include "util/background.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace ferry {

struct Background::State {
  const pid_t process = ::getpid();
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Result<void>> result;
};

Background::~Background() {
  if (!state_ || state_->process != ::getpid()) return;
  std::unique_lock lock(state_->mutex);
  state_->ended.wait(lock, [&] { return state_->result.has_value(); });
}

void Background::Start(std::function<Result<void>()> work) {
  CHECK(!state_);
  state_ = std::make_shared<State>();
  std::thread([state = state_, work = std::move(work)] {
    auto result = work();
    std::lock_guard lock(state->mutex);
    state->result = std::move(result);
    state->ended.notify_all();
  }).detach();
}

std::optional<Result<void>> Background::Wait(Stop& stop) {
  CHECK(state_ != nullptr);
  std::unique_lock lock(state_->mutex);
  while (!state_->ended.wait_for(lock, std::chrono::microseconds(500), [&] { return state_->result.has_value(); })) {
    if (stop.AskedNow()) return std::nullopt;
  }
  auto result = std::move(state_->result);
  lock.unlock();
  state_.reset();
  return result;
}

}  // namespace ferry
