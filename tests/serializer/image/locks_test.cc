// Exclusive locks are found with whoever holds them, and tell that a file is the same on two hosts.
#include "serializer/image/locks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::image {
namespace {

bool Holds(const std::string& path) {
  const auto locked = LockedFiles(::getpid());
  return std::find(locked.begin(), locked.end(), path) != locked.end();
}

TEST(Locks, EveryKindOfExclusiveLockIsFound) {
  test::Folder dir;
  const std::string path = dir / "file", other = dir / "other";
  ASSERT_TRUE(Replace(path, "bytes"));
  ASSERT_TRUE(Replace(other, "bytes"));
  struct flock wanted {};
  wanted.l_whence = SEEK_SET;
  for (const char* kind : {"flock", "fcntl", "description"}) {
    for (bool exclusive : {true, false}) {
      const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
      ASSERT_GE(fd, 0);
      wanted.l_type = exclusive ? F_WRLCK : F_RDLCK;
      if (std::string(kind) == "flock") ASSERT_EQ(::flock(fd, exclusive ? LOCK_EX : LOCK_SH), 0);
      else ASSERT_EQ(::fcntl(fd, std::string(kind) == "fcntl" ? F_SETLK : F_OFD_SETLK, &wanted), 0);
      EXPECT_EQ(Holds(path), exclusive) << kind;
      EXPECT_TRUE(IsLocked(path)) << kind;  // a shared one stands against an exclusive one, too
      EXPECT_FALSE(IsLocked(other));
      ::close(fd);
      EXPECT_FALSE(Holds(path)) << kind;
      EXPECT_FALSE(IsLocked(path)) << kind;
    }
  }
  EXPECT_FALSE(IsLocked(dir / "none"));
}

}  // namespace
}  // namespace ferry::image
