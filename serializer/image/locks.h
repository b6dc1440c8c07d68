// Exclusive locks that processes hold on files (flock, fcntl, open file descriptions). An image takes them again where it comes back,
// and CRIU waits for that in vain while the processes that it was taken of are kept stopped and the file is the same.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ferry::image {

// Paths of the files on which the process, or one below it, holds one, by /proc. Sorted.
std::vector<std::string> LockedFiles(pid_t pid);

// Whether somebody holds a lock on this file that stands against an exclusive one. False where the file cannot be opened.
bool IsLocked(const std::string& path);

}  // namespace ferry::image
