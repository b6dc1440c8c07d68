// A large file of known length, written once from its start past the page cache. Buffered writing costs a copy and a page
// of the cache for each page of the file, and those pages are seldom at hand (where the host takes back free memory it
// costs three to five times the writing itself), all for bytes that nobody reads again soon. Here the caller fills one
// aligned buffer while the device takes the ones before it (io_submit(2): kernel AIO needs no threads and, unlike
// io_uring, is not blocked in containers). Where a file system refuses O_DIRECT or the system AIO, the same buffers are
// written in the ordinary way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "util/result.h"
#include "util/stop.h"

namespace ferry {

// One thread. Fault points as those of File: open, write, truncate.
class DirectFile {
 public:
  static constexpr std::size_t kPiece = std::size_t{1} << 20;

  // The file will have `size` bytes. What an earlier writer left at `path` is written over: its blocks are used again.
  static Result<DirectFile> Create(const std::string& path, std::uint64_t size);
  DirectFile(DirectFile&&) noexcept;
  ~DirectFile();  // waits for nothing; writes under way go on
  static void AwaitClosed();  // until nothing is left of those that were destroyed

  char* buffer();  // kPiece bytes to be filled next
  // Takes the buffer. Every one but the last must be full. An error may be of an earlier one. Where the device is slow it
  // waits, until `stop` asks: kAborted, and nothing more may be put.
  Result<void> Put(std::size_t filled, Stop& stop);
  Result<void> Finish(Stop& stop);  // everything is written, not yet synced
  Result<void> Settle(Stop& stop);  // no write is under way any more

 private:
  struct State;
  explicit DirectFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ferry
