#include "util/overdue.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "util/memory.h"
#include "util/signals_blocked.h"

namespace ferry {
namespace {

[[noreturn]] void End(const std::string& path, const std::string& words) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd >= 0) {
    [[maybe_unused]] const auto written = ::write(fd, words.data(), words.size());
    ::close(fd);
  }
  ::_exit(kOverdueStatus);
}

}  // namespace

Overdue::Overdue(std::string path, std::string words, double seconds, double grace) {
  const SignalsBlocked none;
  thread_ = std::thread([this, path = std::move(path), words = std::move(words), seconds, grace] {
    if (Lasts(seconds) && Lasts(grace)) End(path, words);
  });
}

bool Overdue::Lasts(double seconds) {
  std::unique_lock lock(mutex_);
  return !ended_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return over_; });
}

void Overdue::Over() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void EndWhenMemoryIsLow(std::string path, std::uint64_t own) {
  const SignalsBlocked none;
  std::thread([path = std::move(path), own] {
    while (!LookAtMemory(own).Low()) std::this_thread::sleep_for(std::chrono::milliseconds(250));
    End(path, "");
  }).detach();
}

}  // namespace ferry
