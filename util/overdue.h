// Ends the process where a piece of work neither ends nor can be interrupted: a loop in C that holds Python's lock, one that
// swallows every interrupt; or where it takes the memory that others need. The thread that waits needs no lock of anybody.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace ferry {

inline constexpr int kOverdueStatus = 75;  // with which it ends (EX_TEMPFAIL)

class Overdue {
 public:
  // The work has `seconds`, then as long as `grace`: both count anew after the process was stopped. Then `words` are written
  // into the file `path` in place of what it holds, and the process ends at once, without exit functions.
  Overdue(std::string path, std::string words, double seconds, double grace);
  ~Overdue() { Over(); }
  Overdue(const Overdue&) = delete;
  Overdue& operator=(const Overdue&) = delete;

  void Over();  // the work has ended; may be repeated, not by two threads at once

 private:
  bool Lasts(double seconds);

  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

// From now on the process ends so, an empty file at `path`, when memory is low (util/memory.h; `own`: a limit for this process
// alone). Looked at four times a second.
void EndWhenMemoryIsLow(std::string path, std::uint64_t own);

}  // namespace ferry
