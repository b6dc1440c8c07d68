// A bundle lets an image through only if every byte below it is what was written, and only where it fits.
#include "serializer/image/bundle.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "serializer/image/dump.h"
#include "serializer/image/proc.h"
#include "serializer/image/sha256.h"
#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::image {
namespace {

class BundleTest : public ::testing::Test {
 protected:
  BundleTest() {
    CHECK(MakeDirectory(images_));
    std::string pages(40'000'000, 'p');  // more than two pieces, each different
    for (std::size_t at = 0; at < pages.size(); at += 4096) pages[at] = static_cast<char>(at >> 18);
    const std::vector<std::pair<std::string, std::string>> files = {{"core-1.img", "core"}, {"empty.img", ""}, {"pages-1.img", pages}};
    for (const auto& [name, bytes] : files) {
      CHECK(Replace(images_ + "/" + name, bytes));
      auto hashed = HashFiles({images_ + "/" + name});
      bundle_.files.push_back({name, hashed->front().bytes, hashed->front().sha256});
    }
    utsname system{};
    ::uname(&system);
    bundle_.kernel = system.release;
    bundle_.architecture = system.machine;
    bundle_.criu = "4.2.1";
    bundle_.cpu = CpuFeatures();
    bundle_.uid = ::geteuid();
    bundle_.uid_map = "0 0 4294967295";
    bundle_.pids = {4242};
    const std::string self = Link("/proc/self/exe");
    bundle_.mapped = {{self, SizeOf(self), BuildId(self), ""}};
    Write();
  }

  void Write() { CHECK(Replace(folder_ / "bundle", *format::Encode(bundle_))); }
  void Change(const std::string& name, std::size_t at, char by) {
    auto bytes = *ReadFile(images_ + "/" + name);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ by);
    CHECK(Replace(images_ + "/" + name, bytes));
  }
  std::string Damage() {
    auto bundle = Check(folder_.path());
    if (bundle) return "";
    EXPECT_EQ(bundle.error().code, Code::kCorrupt);
    return bundle.error().what;
  }
  std::string Misfit() {
    auto fits = Fits(bundle_, "4.2.1");
    if (fits) return "";
    EXPECT_EQ(fits.error().code, Code::kRefused);
    return fits.error().what;
  }

  test::Folder folder_;
  std::string images_ = folder_ / "images";
  format::Bundle bundle_;
};

TEST_F(BundleTest, WhatWasWrittenIsLetThroughAndFits) {
  EXPECT_EQ(Damage(), "");
  EXPECT_EQ(Misfit(), "");
  EXPECT_EQ(Bytes(bundle_), 40'000'004u);
}

TEST_F(BundleTest, AnyFlippedBitIsFound) {
  for (std::size_t at : {0u, 16u << 20, 39'999'999u}) {
    Change("pages-1.img", at, 1);
    EXPECT_EQ(Damage(), "the system image is damaged: pages-1.img holds other bytes than were written") << at;
    Change("pages-1.img", at, 1);
  }
  EXPECT_EQ(Damage(), "");
}

TEST_F(BundleTest, TruncatedMissingAddedAndSwappedFilesAreFound) {
  auto pages = *ReadFile(images_ + "/pages-1.img");
  CHECK(Replace(images_ + "/pages-1.img", pages.substr(0, 39'000'000)));
  EXPECT_NE(Damage().find("pages-1.img is 39000000 bytes long and was 40000000"), std::string::npos);
  CHECK(Replace(images_ + "/pages-1.img", pages.substr(16 << 20) + pages.substr(0, 16 << 20)));
  EXPECT_NE(Damage().find("pages-1.img holds other bytes"), std::string::npos) << "the same pieces in another order";
  CHECK(Replace(images_ + "/pages-1.img", pages));
  CHECK(Replace(images_ + "/extra.img", "x"));
  EXPECT_NE(Damage().find("extra.img does not belong"), std::string::npos);
  CHECK(Remove(images_ + "/extra.img"));
  CHECK(Remove(images_ + "/empty.img"));
  EXPECT_NE(Damage().find("empty.img is missing"), std::string::npos);
}

TEST_F(BundleTest, ADescriptionThatIsDamagedOrLeadsElsewhereIsRefused) {
  auto bytes = *ReadFile(folder_ / "bundle");
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    auto changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK(Replace(folder_ / "bundle", changed));
    EXPECT_FALSE(Check(folder_.path()).ok()) << at;
  }
  bundle_.files[0].name = "../bundle";
  Write();
  EXPECT_NE(Damage().find("outside its folder"), std::string::npos);
  CHECK(Remove(folder_ / "bundle"));
  EXPECT_EQ(Check(folder_.path()).error().code, Code::kNotFound);
}

TEST_F(BundleTest, AnotherMachineIsRefusedByName) {
  const auto with = [&](auto change) {
    auto before = bundle_;
    change(bundle_);
    auto why = Misfit();
    bundle_ = before;
    return why;
  };
  EXPECT_NE(with([](auto& b) { b.cpu.push_back("zz_newer"); }).find("lacks what the one there had: zz_newer"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.architecture = "riscv64"; }).find("riscv64"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.kernel = "99.1.2"; }).find("newer"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.criu = "4.10"; }).find("CRIU 4.10"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.uid += 1; }).find("user number"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.uid_map = "0 1000 1"; }).find("user number"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.mapped[0].build_id = "00"; }).find("another build"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.mapped[0].bytes += 1; }).find("another build"), std::string::npos);
  EXPECT_NE(with([](auto& b) { b.mapped[0].path = "/nowhere/libx.so"; }).find("/nowhere/libx.so is not here"), std::string::npos);
}

TEST_F(BundleTest, AMappedFileThatTravelsFitsWhereItHasAPlace) {
  const auto with = [&](const std::string& path, const std::string& build_id) {
    bundle_.mapped = {{path, 5, build_id, "carried-0"}};
    EXPECT_EQ(Lacking(bundle_), std::vector<std::size_t>{0});
    return Misfit();
  };
  EXPECT_EQ(with(Link("/proc/self/exe"), "00"), "") << "another build of a program or library";
  EXPECT_EQ(with("/usr/lib/nowhere/of/libx.so", "00"), "") << "missing, where software lies";
  const std::string data = folder_ / "data";
  CHECK(Replace(data, "123"));
  EXPECT_NE(with(data, "").find("is another file here"), std::string::npos) << "data of the user's is never covered";
  EXPECT_NE(with(folder_ / "none/libx.so", "00").find("is not here"), std::string::npos) << "nor a folder of his";
}

TEST(DescribeTest, TakesNoLocksOfThisProcessAway) {
  std::string path = ::testing::TempDir() + "ferry-test-XXXXXX";  // what lies in /dev/shm is not compared
  const int fd = ::mkstemp(path.data());
  ASSERT_EQ(::ftruncate(fd, 4096), 0);
  void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  struct flock all{F_WRLCK, SEEK_SET, 0, 0, 0};
  ASSERT_EQ(::fcntl(fd, F_SETLK, &all), 0);
  const auto bundle = Describe(::getpid(), "4.2.1");
  EXPECT_TRUE(std::any_of(bundle.mapped.begin(), bundle.mapped.end(), [&](const auto& file) { return file.path == path; }));
  EXPECT_NE(ReadAll("/proc/self/fdinfo/" + std::to_string(fd)).find(" POSIX "), std::string::npos);
  ::munmap(mapped, 4096);
  ::close(fd);
  ::unlink(path.c_str());
}

TEST(BuildIdTest, IsThatOfTheProgramAndOfNothingElse) {
  EXPECT_GE(BuildId("/proc/self/exe").size(), 16u);
  EXPECT_EQ(BuildId("/proc/self/status"), "");
  EXPECT_EQ(BuildId("/nowhere"), "");
}

}  // namespace
}  // namespace ferry::image
