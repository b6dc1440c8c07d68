#include "kernel/relay/link.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kernel/relay/runtime_dir.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kSaid = 2000;  // bytes of stderr in a message
constexpr int kMostReads = 64;       // of a turn, before others are served

}  // namespace

Error ErrorOf(const json& answer, const std::string& where) {
  const std::string what = StringAt(answer, "what");
  return {Code::kIo, what.empty() ? where + " gave no answer" : where + ": " + what, StringAt(answer, "remedy")};
}

Result<std::unique_ptr<Link>> Link::Open(Command command) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0) return Error{Code::kIo, std::string("pipe: ") + std::strerror(errno), ""};
  if (::pipe2(from, O_CLOEXEC) != 0) {
    ::close(to[0]);
    ::close(to[1]);
    return Error{Code::kIo, std::string("pipe: ") + std::strerror(errno), ""};
  }
  command.in = to[0];
  command.out = from[1];
  auto pid = Spawn(command);
  ::close(to[0]);
  ::close(from[1]);
  std::unique_ptr<Link> link(new Link());
  link->in_ = from[0];
  link->out_ = to[1];
  link->log_ = command.log;
  if (!pid) return pid.error();
  link->pid_ = *pid;
  for (int fd : {link->in_, link->out_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  ::fcntl(link->out_, F_SETPIPE_SZ, 1 << 20);
  return link;
}

Link::~Link() {
  Close();
  if (pid_ <= 0) return;
  // The end of its stdin ends a harbour, and with it ssh; one that cannot reach the other side would stay.
  for (int i = 0; i < 100 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
    if (i == 50) ::kill(pid_, SIGTERM);
    if (i == 75) ::kill(pid_, SIGKILL);
    ::usleep(2000);
  }
}

void Link::Close() {
  for (int* fd : {&in_, &out_}) {
    if (*fd >= 0) ::close(*fd);
    *fd = -1;
  }
  queued_.clear();
  queued_bytes_ = written_ = 0;
}

std::string Link::said() const { return Tail(log_, kSaid); }

void Link::Ask(json head, Answer answer, std::string_view body) {
  head["id"] = ++asked_;
  answers_[asked_] = std::move(answer);
  Write(Packed(head, body));
}

void Link::Write(std::string bytes) {
  if (!open()) return;
  queued_bytes_ += bytes.size();
  queued_.push_back(std::move(bytes));
  OnWritable();
}

void Link::OnWritable() {
  while (open() && !queued_.empty()) {
    const std::string& first = queued_.front();
    ssize_t wrote = ::write(out_, first.data() + written_, first.size() - written_);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN) return;
    if (wrote < 0) return Close();
    written_ += wrote;
    queued_bytes_ -= wrote;
    if (written_ < first.size()) continue;
    queued_.pop_front();
    written_ = 0;
  }
}

void Link::OnReadable() {
  std::string bytes(256 << 10, '\0');
  for (int i = 0; i < kMostReads && open(); ++i) {
    ssize_t got = ::read(in_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return Close();
    reader_.Add(std::string_view(bytes).substr(0, got));
    while (open()) {
      auto parcel = reader_.Next();
      if (!parcel) return Close();
      if (!*parcel) break;
      greeted_ = true;
      auto id = (*parcel)->head.find("id");
      auto asked = id != (*parcel)->head.end() && id->is_number_integer() ? answers_.find(id->get<int>()) : answers_.end();
      if (asked == answers_.end()) {
        if (on_event_) on_event_(std::move(**parcel));
        continue;
      }
      Answer answer = asked->second;
      if (!FlagAt((*parcel)->head, "more", false)) answers_.erase(asked);
      answer(std::move(**parcel));
    }
  }
}

}  // namespace ferry::relay
