#include "util/file.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/util/folder.h"
#include "util/direct_file.h"
#include "util/fault.h"
#include "util/lock.h"

namespace ferry {
namespace {

struct Files : ::testing::Test {
  ~Files() override { SetFaultHook({}); }
  test::Folder folder;
  std::string path = folder / "file";
};

TEST_F(Files, AReplacedFileIsTheNewOneAndPrivate) {
  ASSERT_TRUE(Replace(path, "old"));
  ASSERT_TRUE(Replace(path, "new"));
  EXPECT_EQ(*ReadFile(path), "new");
  struct stat st;
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  EXPECT_EQ(List(folder.path())->size(), 1u);
}

TEST_F(Files, AReplacementThatFailsAnywhereLeavesTheOldFileAlone) {
  ASSERT_TRUE(Replace(path, "old"));
  for (Step step : {Step::kOpen, Step::kWrite, Step::kSync, Step::kRename}) {
    SetFaultHook([&](Step s, const std::string& p, bool done) {
      return s == step && !done && p.starts_with(path) ? ENOSPC : 0;
    });
    auto replaced = Replace(path, "new");
    SetFaultHook({});
    ASSERT_FALSE(replaced.ok());
    EXPECT_EQ(replaced.error().code, Code::kFull);
    EXPECT_NE(replaced.error().what.find("No space left on device"), std::string::npos);
    EXPECT_FALSE(replaced.error().remedy.empty());
    EXPECT_EQ(*ReadFile(path), "old");
    EXPECT_EQ(List(folder.path())->size(), 1u);
  }
}

TEST_F(Files, WhatIsMissingIsNotFoundAndNamed) {
  auto read = ReadFile(folder / "none");
  EXPECT_EQ(read.error().code, Code::kNotFound);
  EXPECT_NE(read.error().what.find(folder / "none"), std::string::npos);
  EXPECT_EQ(Mapped::Open(folder / "none").error().code, Code::kNotFound);
  EXPECT_TRUE(Remove(folder / "none"));
  EXPECT_TRUE(List(folder / "none")->empty());
}

// Bytes that repeat at no power of two, so that a piece in another's place shows.
std::string Pattern(std::size_t size) {
  std::string bytes(size, 0);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251 + i / 4099);
  return bytes;
}

Stop never;

Result<void> PutDirect(const std::string& path, std::string_view bytes) {
  auto file = DirectFile::Create(path, bytes.size());
  if (!file) return file.error();
  while (!bytes.empty()) {
    const std::size_t n = bytes.copy(file->buffer(), DirectFile::kPiece);
    if (auto r = file->Put(n, never); !r) return r;
    bytes.remove_prefix(n);
  }
  return file->Finish(never);
}

TEST_F(Files, ADirectFileHoldsItsBytesWhateverItsLength) {
  constexpr std::size_t kPiece = DirectFile::kPiece;
  for (std::size_t size : {kPiece * 9 + 12345, std::size_t{1}, std::size_t{4096}, kPiece - 1, kPiece, kPiece + 4096, kPiece * 5}) {
    for (const std::string& at : {path, "/dev/shm/ferry-direct-" + std::to_string(::getpid())}) {
      const std::string bytes = Pattern(size);
      ASSERT_TRUE(PutDirect(at, bytes));  // over the one before, which may have been longer
      EXPECT_TRUE(*ReadFile(at) == bytes) << size << " bytes in " << at;
    }
  }
  ASSERT_TRUE(Remove("/dev/shm/ferry-direct-" + std::to_string(::getpid())));
}

TEST_F(Files, ADirectFileThatIsLeftHalfWrittenCanBeWrittenOver) {
  {
    auto file = DirectFile::Create(path, DirectFile::kPiece * 4);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->Put(DirectFile::kPiece, never));
  }
  const std::string bytes = Pattern(DirectFile::kPiece * 2 + 1);
  ASSERT_TRUE(PutDirect(path, bytes));
  EXPECT_TRUE(*ReadFile(path) == bytes);
}

TEST_F(Files, ADirectFileWithoutRoomIsFull) {
  SetFaultHook([](Step step, const std::string&, bool done) { return step == Step::kWrite && !done ? ENOSPC : 0; });
  EXPECT_EQ(PutDirect(path, Pattern(DirectFile::kPiece * 2)).error().code, Code::kFull);
}

TEST_F(Files, AMappedFileOutlivesItsName) {
  ASSERT_TRUE(Replace(path, "bytes"));
  auto mapped = Mapped::Open(path);
  ASSERT_TRUE(mapped);
  ASSERT_TRUE(Remove(path));
  EXPECT_EQ(mapped->bytes(), "bytes");
}

TEST_F(Files, ALargerFileThanAllowedIsRefused) {
  ASSERT_TRUE(Replace(path, std::string(1000, 'x')));
  EXPECT_EQ(ReadFile(path, 999).error().code, Code::kCorrupt);
}

TEST_F(Files, ALockIsHeldOnceAndSaysByWhom) {
  auto first = FileLock::Take(path);
  ASSERT_TRUE(first);
  EXPECT_TRUE(FileLock::Held(path));
  auto second = FileLock::Take(path);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kRefused);
  EXPECT_TRUE(second.error().what.starts_with("in use by pid " + std::to_string(::getpid()) + " on "));
  { FileLock gone = *std::move(first); }
  EXPECT_FALSE(FileLock::Held(path));
  EXPECT_TRUE(FileLock::Take(path));
}

TEST_F(Files, AKilledHolderLeavesNoLock) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  pid_t child = ::fork();
  if (child == 0) {
    auto lock = FileLock::Take(path);
    (void)!::write(ready[1], "x", 1);
    ::pause();
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(FileLock::Held(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(FileLock::Held(path));
  EXPECT_TRUE(FileLock::Holder(path).starts_with("pid " + std::to_string(child)));
}

TEST_F(Files, ALockIsSharedWithItsHolder) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    auto lock = FileLock::Take(path);
    (void)!::write(ready[1], "x", 1);
    ::pause();
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  {
    auto shared = FileLock::Share(child, path);
    if (!shared && shared.error().code == Code::kIo) GTEST_SKIP() << shared.error().what;
    ASSERT_TRUE(shared) << shared.error().what;
    EXPECT_TRUE(FileLock::Holder(path).starts_with("pid " + std::to_string(child))) << "who signed in stays";
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(FileLock::Held(path));
  }
  EXPECT_FALSE(FileLock::Held(path));
  EXPECT_EQ(FileLock::Share(::getpid(), path).error().code, Code::kRefused) << "this process does not hold it any more";
}

TEST_F(Files, OnlyTheDescriptorOfTheLockCanBeAdopted) {
  auto lock = FileLock::Take(path);
  auto other = File::Create(folder / "other");
  EXPECT_EQ(FileLock::Adopt(::dup(other->fd()), path).error().code, Code::kRefused);
  EXPECT_EQ(FileLock::Adopt(12345, path).error().code, Code::kRefused);
  EXPECT_TRUE(FileLock::Adopt(::dup(lock->fd()), path));
  EXPECT_TRUE(FileLock::Held(path)) << "the first holder's descriptor is still open";
}

}  // namespace
}  // namespace ferry
