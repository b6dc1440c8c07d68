#include "kernel/engine/outputs.h"

#include <fcntl.h>
#include <poll.h>

#include <utility>

namespace ferry::engine {
namespace {

constexpr std::size_t kMuch = 64 << 10;  // bytes that leave at once
constexpr std::size_t kMost = 1 << 20;   // bytes of one message
constexpr double kWait = 0.05;           // seconds that text may wait for more

bool Continues(char c) { return (c & 0xC0) == 0x80; }  // a byte of a UTF-8 character that is not its first

// How much of `text` is at most `most` bytes and does not end within a character.
std::size_t WholeCharacters(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  std::size_t end = most;
  while (end > 0 && most - end < 4 && Continues(text[end])) --end;
  return end > 0 && !Continues(text[end]) ? end : most;
}

// How many bytes at the end of `text` are the begin of a character.
std::size_t BegunCharacter(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (Continues(text[text.size() - back])) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

// The text of a JSON string. Printing is hot: nlohmann's dump() takes longer than all the rest of a message together, since
// it looks at each byte for what a Python str cannot hold.
void AppendEscaped(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    if (c == '\n') out += "\\n";
    else if (c >= 0x20) (out += '\\') += text[i];
    else ((out += "\\u00") += digits[c >> 4]) += digits[c & 15];
  }
  out.append(text, begin);
}

}  // namespace

void Outputs::Write(Stream stream, std::string_view parent, std::string_view text) {
  if (InForkedChild()) return;
  if (text != "\n") DrainFirst();  // the end of a line belongs to what print() wrote just before
  Append(stream, parent, text, /*utf8=*/true);
}

void Outputs::DrainFirst() {
  pollfd ends[] = {{pipes_[0], POLLIN, 0}, {pipes_[1], POLLIN, 0}};  // poll() skips -1
  if (::poll(ends, 2, 0) > 0) return Drain();
  std::lock_guard<std::mutex> drained(drain_mutex_);  // an empty pipe may be one that another thread has read and not appended yet
}

void Outputs::Append(Stream stream, std::string_view parent, std::string_view text, bool utf8) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stream != stream_ || parent != parent_ || utf8 != utf8_) {
    FlushLocked();
    stream_ = stream;
    parent_ = parent;
    utf8_ = utf8;
  }
  if (text.size() >= kMuch) {  // without a copy
    FlushLocked();
    return Publish(text);
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
  due_.Arm(0);
  Publish(text_);
  text_.clear();
}

void Outputs::Publish(std::string_view text) {
  std::string body;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, WholeCharacters(text, kMost));
    text.remove_prefix(part.size());
    body = stream_ == Stream::kOut ? R"({"name":"stdout","text":)" : R"({"name":"stderr","text":)";
    if (utf8_) {
      body.reserve(body.size() + part.size() + part.size() / 8);
      body += '"';
      AppendEscaped(body, part);
      body += '"';
    } else {
      body += nl::json(part).dump(-1, ' ', false, nl::json::error_handler_t::replace);
    }
    body += '}';
    wire_.Publish({.type = "stream", .content = body, .parent = parent_});
  }
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
  std::lock_guard<std::mutex> drain(drain_mutex_);
  for (Stream stream : {Stream::kOut, Stream::kErr}) {
    if (!cut_[Index(stream)].empty()) Append(stream, Current(), std::exchange(cut_[Index(stream)], {}), /*utf8=*/false);
  }
  std::lock_guard<std::mutex> lock(mutex_);
  current_ = std::move(parent);
}

std::string Outputs::Current() {
  std::lock_guard<std::mutex> lock(mutex_);
  return current_;
}

void Outputs::Drain() {
  if (InForkedChild()) return;
  char chunk[16 << 10];
  std::lock_guard<std::mutex> drain(drain_mutex_);
  for (Stream stream : {Stream::kOut, Stream::kErr}) {
    const int fd = captured(stream);
    std::string& cut = cut_[Index(stream)];
    for (ssize_t n; fd >= 0 && (n = ::read(fd, chunk, sizeof chunk)) > 0;) {
      cut.append(chunk, static_cast<std::size_t>(n));
      const std::size_t begun = BegunCharacter(cut);
      Append(stream, Current(), std::string_view(cut).substr(0, cut.size() - begun), /*utf8=*/false);
      cut.erase(0, cut.size() - begun);
    }
  }
}

}  // namespace ferry::engine
