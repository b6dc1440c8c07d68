#include "kernel/engine/outputs.h"

#include <fcntl.h>

namespace ferry::engine {
namespace {

constexpr std::size_t kMuch = 64 << 10;  // bytes that leave at once
constexpr double kWait = 0.05;           // seconds that text may wait for more

}  // namespace

void Outputs::Write(Stream stream, std::string_view parent, std::string_view text) {
  if (InForkedChild()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  if (stream != stream_ || parent != parent_) {
    FlushLocked();
    stream_ = stream;
    parent_ = parent;
  }
  if (text_.empty() && !text.empty()) due_.Arm(kWait);
  text_ += text;
  if (text_.size() >= kMuch) FlushLocked();
}

void Outputs::Flush() {
  if (InForkedChild()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  FlushLocked();
}

void Outputs::FlushLocked() {
  if (text_.empty()) return;
  const nl::json content = {{"name", stream_ == Stream::kOut ? "stdout" : "stderr"}, {"text", std::move(text_)}};
  text_.clear();
  due_.Arm(0);
  const std::string body = content.dump(-1, ' ', false, nl::json::error_handler_t::replace);
  wire_.Publish({.type = "stream", .content = body, .parent = parent_});
}

bool Outputs::Capture() {
  int ends[2][2];
  if (::pipe2(ends[0], O_CLOEXEC | O_NONBLOCK) != 0) return false;
  if (::pipe2(ends[1], O_CLOEXEC | O_NONBLOCK) != 0) {
    ::close(ends[0][0]);
    ::close(ends[0][1]);
    return false;
  }
  for (int i = 0; i < 2; ++i) {
    ::fcntl(ends[i][1], F_SETFL, 0);  // writers wait when the pipe is full, as on a terminal
    ::dup2(ends[i][1], i + 1);        // without CLOEXEC: children inherit it. The other stays open, so that the pipe
                                      // never ends when user code closes the descriptor.
    pipes_[i] = ends[i][0];
  }
  return true;
}

void Outputs::SetCurrent(std::string parent) {
  Drain();
  std::lock_guard<std::mutex> lock(mutex_);
  current_ = std::move(parent);
}

void Outputs::Drain() {
  if (InForkedChild()) return;
  char chunk[16 << 10];
  std::lock_guard<std::mutex> drain(drain_mutex_);
  for (Stream stream : {Stream::kOut, Stream::kErr}) {
    const int fd = captured(stream);
    for (ssize_t n; fd >= 0 && (n = ::read(fd, chunk, sizeof chunk)) > 0;) {
      std::string parent;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        parent = current_;
      }
      Write(stream, parent, std::string_view(chunk, static_cast<std::size_t>(n)));
    }
  }
}

}  // namespace ferry::engine
