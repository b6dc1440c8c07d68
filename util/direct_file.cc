#include "util/direct_file.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "util/check.h"
#include "util/fault.h"
#include "util/file.h"

namespace ferry {
namespace {

constexpr std::size_t kDepth = 4;    // pieces under way
constexpr std::size_t kAlign = 4096;  // of memory, offset and length: no device asks for more

}  // namespace

struct DirectFile::State {
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::string path;
  int fd = -1;
  bool direct = true;
  aio_context_t aio = 0;
  std::unique_ptr<char, Free> memory;
  std::array<iocb, kDepth> requests{};
  std::array<bool, kDepth> busy{};
  std::size_t next = 0;
  std::uint64_t size = 0, at = 0;
  int error = 0;

  ~State() {
    if (aio) ::syscall(SYS_io_destroy, aio);  // waits for what is under way
    if (fd >= 0) ::close(fd);
  }

  char* Buffer(std::size_t i) { return memory.get() + i * kPiece; }

  // What the kernel did not take, in the ordinary way.
  void Write(const char* data, std::size_t left, std::uint64_t offset) {
    while (left > 0 && error == 0) {
      ssize_t n = ::pwrite(fd, data, left, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EINVAL && direct) {
        Buffered();
        continue;
      }
      if (n < 0) {
        error = errno;
        return;
      }
      data += n;
      left -= static_cast<std::size_t>(n);
      offset += static_cast<std::uint64_t>(n);
      if (direct && left % kAlign) Buffered();
    }
  }

  void Buffered() {
    direct = false;
    int flags = ::fcntl(fd, F_GETFL);
    ::fcntl(fd, F_SETFL, flags & ~O_DIRECT);
  }

  void Submit(std::size_t i, std::size_t length) {
    iocb& request = requests[i];
    request = {};
    request.aio_lio_opcode = IOCB_CMD_PWRITE;
    request.aio_fildes = static_cast<std::uint32_t>(fd);
    request.aio_buf = reinterpret_cast<std::uint64_t>(Buffer(i));
    request.aio_nbytes = length;
    request.aio_offset = static_cast<std::int64_t>(at);
    request.aio_data = i;
    iocb* list = &request;
    if (direct && aio && ::syscall(SYS_io_submit, aio, 1, &list) == 1) {
      busy[i] = true;
      return;
    }
    Write(Buffer(i), length, at);
    if (!direct) ::sync_file_range(fd, static_cast<off_t>(at), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
  }

  // Until the buffer is free, there is an error, or `stop` asks. False: stopped.
  bool WaitFor(std::size_t i, Stop& stop) {
    while (busy[i]) {
      std::array<io_event, kDepth> events;
      timespec patience{0, 500'000};
      long n = ::syscall(SYS_io_getevents, aio, 1, kDepth, events.data(), &patience);
      if (n < 0 && errno != EINTR) {
        error = errno;
        return true;
      }
      for (long k = 0; k < n; ++k) {
        const std::size_t done = events[k].data;
        const iocb& request = requests[done];
        busy[done] = false;
        if (events[k].res < 0 && events[k].res != -EINVAL) {
          error = static_cast<int>(-events[k].res);
          continue;
        }
        const std::size_t written = events[k].res < 0 ? 0 : static_cast<std::size_t>(events[k].res);
        Write(Buffer(done) + written, request.aio_nbytes - written, static_cast<std::uint64_t>(request.aio_offset) + written);
      }
      if (n <= 0 && stop.AskedNow()) return false;
    }
    return true;
  }

  Result<void> WaitForAll(Stop& stop) {
    for (std::size_t i = 0; i < kDepth; ++i) {
      if (!WaitFor(i, stop)) return Aborted();
    }
    if (error) return SystemError(error, "write", path);
    return {};
  }
};

DirectFile::DirectFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
DirectFile::DirectFile(DirectFile&&) noexcept = default;

namespace {

struct Closings {
  std::mutex mutex;
  std::condition_variable ended;
  int under_way = 0;
};

Closings& TheClosings() {
  static Closings& closings = *new Closings;  // outlives the threads
  return closings;
}

}  // namespace

// To end the context of the AIO takes the system a grace period of tens of milliseconds, and to close a file that was
// written may wait for its journal: on a thread of its own, which owns the buffers until then.
DirectFile::~DirectFile() {
  if (!state_) return;
  Closings& closings = TheClosings();
  {
    std::lock_guard lock(closings.mutex);
    ++closings.under_way;
  }
  auto ended = [&closings] {
    std::lock_guard lock(closings.mutex);
    --closings.under_way;
    closings.ended.notify_all();
  };
  try {
    std::thread([ended, state = std::move(state_)]() mutable {
      state.reset();
      ended();
    }).detach();
  } catch (const std::system_error&) {  // no thread to be had: it has ended here, with the work of the one that was not made
    ended();
  }
}

void DirectFile::AwaitClosed() {
  Closings& closings = TheClosings();
  std::unique_lock lock(closings.mutex);
  closings.ended.wait(lock, [&] { return closings.under_way == 0; });
}

Result<DirectFile> DirectFile::Create(const std::string& path, std::uint64_t size) {
  if (int error = Fault(Step::kOpen, path, false)) return SystemError(error, "open", path);
  auto state = std::make_unique<State>();
  state->path = path;
  state->size = size;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC;
  state->fd = ::open(path.c_str(), kFlags | O_DIRECT, 0600);
  if (state->fd < 0 && errno == EINVAL) {
    state->direct = false;
    state->fd = ::open(path.c_str(), kFlags, 0600);
  }
  if (state->fd < 0) return SystemError(errno, "open", path);
  // Into space that is reserved and counts as part of the file, requests go side by side. Not everywhere; then one by one.
  if (::fallocate(state->fd, 0, 0, static_cast<off_t>(size)) < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    return SystemError(errno, "write", path);
  }
  state->memory.reset(static_cast<char*>(std::aligned_alloc(kAlign, kDepth * kPiece)));
  CHECK(state->memory != nullptr);
  if (state->direct && ::syscall(SYS_io_setup, kDepth, &state->aio) < 0) state->aio = 0;
  Fault(Step::kOpen, path, true);
  return DirectFile(std::move(state));
}

char* DirectFile::buffer() { return state_->Buffer(state_->next); }

Result<void> DirectFile::Put(std::size_t filled, Stop& stop) {
  State& s = *state_;
  if (int error = Fault(Step::kWrite, s.path, false)) return SystemError(error, "write", s.path);
  const std::size_t whole = s.direct ? filled / kAlign * kAlign : filled;
  if (whole) s.Submit(s.next, whole);
  if (whole < filled && s.error == 0) {  // the end of the file: not a whole block, so through the cache
    if (auto r = s.WaitForAll(stop); !r) return r;
    s.Buffered();
    s.Write(s.Buffer(s.next) + whole, filled - whole, s.at + whole);
  }
  s.at += filled;
  s.next = (s.next + 1) % kDepth;
  if (!s.WaitFor(s.next, stop)) return Aborted();
  if (s.error) return SystemError(s.error, "write", s.path);
  Fault(Step::kWrite, s.path, true);
  return {};
}

Result<void> DirectFile::Settle(Stop& stop) { return state_->WaitForAll(stop); }

Result<void> DirectFile::Finish(Stop& stop) {
  State& s = *state_;
  CHECK(s.at == s.size);
  if (auto r = s.WaitForAll(stop); !r) return r;
  if (int error = Fault(Step::kTruncate, s.path, false)) return SystemError(error, "truncate", s.path);
  struct stat st;
  if (::fstat(s.fd, &st) < 0 || (static_cast<std::uint64_t>(st.st_size) != s.size && ::ftruncate(s.fd, static_cast<off_t>(s.size)) < 0)) {
    return SystemError(errno, "truncate", s.path);
  }
  Fault(Step::kTruncate, s.path, true);
  return {};
}

}  // namespace ferry
