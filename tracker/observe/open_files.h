// Files that the process holds open for writing from before a cell: what the cell writes to them no event tells, whoever
// holds them (the handler of a logger, a library in C, a bare descriptor).
//
// Which these are is looked for only after something may have been opened; a cell asks each of them twice for size and time
// of change (4 us each), and nothing where there are none. What waits in a buffer when the cell ends is not seen.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "tracker/observe/effects.h"

namespace ferry::observe {

// Where an open file lies, as the system has it; "" where nothing is open under that number.
std::string PathOf(int fd);

class OpenFiles {
 public:
  // Files in these folders are the engine's own, in place of those of the last call.
  void Disregard(std::vector<std::string> folders);

  const OwnFiles& ours() const { return ours_; }

  // Something may have been opened since the last search.
  void Opened() { stale_ = true; }

  // A cell begins. Searches where that is due: some 80 us at 50 descriptors.
  void Before(const OwnFiles& own);

  // The cell is over: paths of what was written to since.
  std::vector<std::string> Written();

 private:
  struct File {
    int fd;
    std::string path;  // as the system has it
    struct stat state;
    off_t position;
    bool recent;  // so lately that another write may leave the same time of change
  };

  void Search(const OwnFiles& own);
  static bool IsWritten(const File& file);

  OwnFiles ours_{{}};
  bool stale_ = true;
  std::vector<File> files_;
};

}  // namespace ferry::observe
