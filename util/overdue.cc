#include "util/overdue.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "util/signals_blocked.h"

namespace ferry {
namespace {

void Write(const std::string& path, const std::string& words) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = ::write(fd, words.data(), words.size());
  ::close(fd);
}

}  // namespace

Overdue::Overdue(std::string path, std::string words, double seconds, double grace) {
  const SignalsBlocked none;
  thread_ = std::thread([this, path = std::move(path), words = std::move(words), seconds, grace] {
    if (!Lasts(seconds) || !Lasts(grace)) return;
    Write(path, words);
    ::_exit(kOverdueStatus);
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

}  // namespace ferry
