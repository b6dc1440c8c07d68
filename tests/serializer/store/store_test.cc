#include "serializer/store/store.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <cstring>
#include <random>

#include "serializer/store/policy.h"
#include "tests/serializer/store/session.h"
#include "util/file.h"

namespace ferry::store::test {
namespace {

using Numbered = std::vector<std::uint32_t>;

struct LogTest : StoreTest {
  void Fill(std::uint32_t cells) {
    auto writer = Write();
    for (std::uint32_t i = 1; i <= cells; ++i) ASSERT_TRUE(writer.Append(Cell(i)));
  }
  void Put(std::string_view bytes) { ASSERT_TRUE(File::Create(files.Log())->Write(bytes)); }
};

TEST_F(LogTest, CutAtEveryLengthOnlyShrinks) {
  Fill(5);
  std::string whole = *ReadFile(files.Log());
  std::size_t last = 5;
  for (std::size_t size = whole.size(); size > 0; --size) {
    Put(std::string_view(whole).substr(0, size - 1));
    auto log = Read().Log();
    ASSERT_TRUE(log);
    ASSERT_LE(log->records.size(), last);
    last = log->records.size();
    Numbered expected;
    for (std::uint32_t i = 1; i <= last; ++i) expected.push_back(i);
    ASSERT_EQ(Executions(*log), expected);
    ASSERT_NE(log->end, LogContents::End::kDamaged);
  }
  EXPECT_EQ(last, 0u);
}

TEST_F(LogTest, TheNextWriterGoesOnWhereATornLogWasWhole) {
  Fill(3);
  std::string whole = *ReadFile(files.Log());
  Put(std::string_view(whole).substr(0, whole.size() - 7));
  EXPECT_EQ(Read().Log()->end, LogContents::End::kTorn);
  auto writer = Write();
  ASSERT_TRUE(writer.Append(Cell(9)));
  EXPECT_EQ(Executions(*Read().Log()), (Numbered{1, 2, 9}));
  EXPECT_EQ(Read().Log()->end, LogContents::End::kClean);
  EXPECT_FALSE(Exists(files.DamagedLog()));
}

TEST_F(LogTest, WhatFollowsDamageIsNotReadButKept) {
  Fill(3);
  std::string bytes = *ReadFile(files.Log());
  bytes[bytes.size() / 2] ^= 4;
  Put(bytes);
  EXPECT_EQ(Read().Log()->end, LogContents::End::kDamaged);
  EXPECT_EQ(Executions(*Read().Log()), (Numbered{1}));
  auto writer = Write();
  EXPECT_EQ(Read().Log()->end, LogContents::End::kClean);
  EXPECT_EQ(*ReadFile(files.Log()) + *ReadFile(files.DamagedLog()), bytes);
}

TEST_F(LogTest, ALogOfANewerVersionIsRefusedAndLeftAlone) {
  Fill(2);
  std::string bytes = *ReadFile(files.Log());
  const std::size_t second = bytes.size() / 2;  // both records are of one size
  bytes[second + 8] = 2;
  std::uint64_t check = DigestOf(&bytes[second], 56).low;
  std::memcpy(&bytes[second + 56], &check, 8);
  Put(bytes);
  EXPECT_EQ(Read().Log().error().code, Code::kTooNew);
  EXPECT_EQ(store.Write(sid).error().code, Code::kTooNew);
  EXPECT_EQ(*ReadFile(files.Log()), bytes);
}

// A partial write of the system, and not only a refused one.
TEST_F(LogTest, ARecordThatDidNotFitIsCutOffAgain) {
  Fill(2);
  const std::uint64_t size = SizeOf(files.Log());
  auto writer = Write();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before, tight;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  tight = {size + 100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  auto appended = writer.Append(Cell(3));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, Code::kFull);
  EXPECT_EQ(SizeOf(files.Log()), size);
  ASSERT_TRUE(writer.Append(Cell(4)));
  EXPECT_EQ(Executions(*Read().Log()), (Numbered{1, 2, 4}));
}

// A session of 20 KB. However one of its files is damaged, what is read of it is what was written, or nothing.
struct DamageTest : StoreTest {
  static constexpr std::uint32_t kCells = 30;
  const std::vector<std::string> texts = {std::string(6000, 'a'), std::string(6000, 'b')};
  std::vector<std::pair<std::string, std::string>> bundle;  // path, bytes

  DamageTest() {
    auto writer = Write();
    for (std::uint32_t i = 1; i <= kCells; ++i) EXPECT_TRUE(writer.Append(Cell(i)));
    EXPECT_TRUE(Save(writer, texts));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(files.Root())) {
      const std::string name = entry.path().filename();
      if (name == "log" || name.size() == 32 || GenerationOf(name)) bundle.emplace_back(entry.path(), *ReadFile(entry.path()));
    }
    EXPECT_EQ(bundle.size(), 4u);
  }

  // Whether everything came back from a file with other bytes.
  bool ReadsWhole(const std::string& path, std::string_view bytes) {
    EXPECT_TRUE(File::Create(path)->Write(bytes));
    auto reader = Read();
    auto log = reader.Log();
    const Numbered executions = log ? Executions(*log) : Numbered{};
    for (std::size_t k = 0; k < executions.size(); ++k) EXPECT_EQ(executions[k], k + 1);
    auto generations = reader.Generations();
    if (!generations || generations->empty()) return false;
    auto loaded = Load(reader, generations->front());
    if (loaded) {
      EXPECT_EQ(*loaded, texts);
    }
    return executions.size() == kCells && loaded.ok();
  }
};

TEST_F(DamageTest, TenThousandFlippedBitsAreRefused) {
  std::mt19937 random(20);
  for (int i = 0; i < 10'000; ++i) {
    const auto& [path, bytes] = bundle[random() % bundle.size()];
    std::string flipped = bytes;
    flipped[random() % flipped.size()] ^= static_cast<char>(1 << (random() % 8));
    ASSERT_FALSE(ReadsWhole(path, flipped)) << path;
    ASSERT_TRUE(File::Create(path)->Write(bytes));
    if (HasFailure()) return;
  }
}

TEST_F(DamageTest, EachFileCutAtEveryLengthIsRefused) {
  std::size_t total = 0;
  for (const auto& [path, bytes] : bundle) {
    total += bytes.size();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(ReadsWhole(path, std::string_view(bytes).substr(0, size))) << path << " cut at " << size;
      if (HasFailure()) return;
    }
    ASSERT_TRUE(ReadsWhole(path, bytes));
  }
  EXPECT_GT(total, 18'000u);
}

TEST_F(StoreTest, FilesArePrivate) {
  auto writer = Write();
  ASSERT_TRUE(writer.Append(Cell(1)));
  ASSERT_TRUE(Save(writer, {"a"}));
  ASSERT_TRUE(store.Bind(folder / "a.ipynb", sid));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store.files().Home())) {
    struct stat st;
    ASSERT_EQ(::stat(entry.path().c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, entry.is_directory() ? 0700u : 0600u) << entry.path();
  }
}

TEST_F(StoreTest, ABlobIsReadOnlyAsWhatItsNameSays) {
  auto writer = Write();
  auto a = writer.PutBlob({"some ", "", "bytes"}, Never()), b = writer.PutBlob({"other bytes"}, Never());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->digest, DigestOf("some bytes"));
  EXPECT_EQ(Read().OpenBlob(a->digest)->bytes(), "some bytes");
  std::filesystem::rename(files.Blob(b->digest), files.Blob(a->digest));
  EXPECT_EQ(Read().OpenBlob(a->digest).error().code, Code::kCorrupt);
  EXPECT_EQ(Read().OpenBlob(b->digest).error().code, Code::kNotFound);
}

TEST_F(StoreTest, BlobsOfEverySizeAroundAPieceComeBack) {
  auto writer = Write();
  for (std::size_t size : {0, 1, 262063, 262064, 262065, 262080, 262144, 262145, 524288, 1000000,
                           1048495, 1048496, 1048512, 4194304 - 80, 5000000}) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; i += 4096) bytes[i] = static_cast<char>(i >> 12);
    auto blob = writer.PutBlob({std::string_view(bytes).substr(0, size / 3), std::string_view(bytes).substr(size / 3)}, Never());
    ASSERT_TRUE(blob);
    auto read = Read().OpenBlob(blob->digest);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read->bytes(), bytes);
  }
}

TEST_F(StoreTest, ALargeBlobThatWasStoppedCostsNothingAndIsPutAgain) {
  auto writer = Write();
  ASSERT_TRUE(Save(writer, {"kept"}));
  const std::string longer(9'000'000, 'l'), bytes(5'000'000, 'b');
  std::atomic<bool> asked = false;
  Stop stop;
  stop.Watch(&asked, -1);
  int pieces = 0;
  SetFaultHook([&](Step step, const std::string&, bool done) {
    if (step == Step::kWrite && done && ++pieces == 3) asked = true;
    return 0;
  });
  EXPECT_EQ(writer.PutBlob({longer}, stop).error().code, Code::kAborted);
  EXPECT_EQ(pieces, 3);
  SetFaultHook({});
  EXPECT_EQ(writer.Used(), 84u);
  auto blob = writer.PutBlob({bytes}, Never());
  ASSERT_TRUE(blob);
  EXPECT_EQ(Read().OpenBlob(blob->digest)->bytes(), bytes);
  EXPECT_EQ(writer.PutBlob({longer}, stop).error().code, Code::kAborted);
  EXPECT_TRUE(writer.Collect(Never()));
  EXPECT_FALSE(Exists(files.NewLargeBlob()));
}

TEST_F(StoreTest, ARequestNeedNotWaitForASlowDisk) {
  auto writer = Write();
  auto blob = writer.PutBlob({"bytes"}, Never());
  ASSERT_TRUE(blob);
  std::atomic<bool> asked = false;
  Stop stop;
  stop.Watch(&asked, -1);
  std::promise<void> disk;
  SetFaultHook([&](Step step, const std::string& path, bool done) {
    if (step == Step::kSync && !done && path == files.Blob(blob->digest)) {
      asked = true;
      disk.get_future().wait();
    }
    return 0;
  });
  format::Manifest manifest;
  manifest.components.resize(1);
  manifest.components[0].blob = blob->digest;
  EXPECT_EQ(writer.Commit(manifest, stop).error().code, Code::kAborted);
  EXPECT_EQ(writer.Commit(manifest, stop).error().code, Code::kAborted) << "the sync still waits for the disk";
  EXPECT_TRUE(Numbers(Read()).empty());
  disk.set_value();
  EXPECT_EQ(*writer.Commit(manifest, Never()), 1u);
  SetFaultHook({});
  EXPECT_TRUE(Read().OpenBlob(blob->digest));
}

TEST_F(StoreTest, GarbageIsWhatNoGenerationNamesAndNobodyJustPut) {
  auto writer = Write();
  ASSERT_TRUE(Save(writer, {"kept"}));
  auto pending = writer.PutBlob({"pending"}, Never());
  EXPECT_EQ(*writer.Collect(Never()), 0u);
  EXPECT_TRUE(Read().OpenBlob(pending->digest));
  ASSERT_TRUE(Save(writer, {"kept", "next"}));
  EXPECT_EQ(*writer.Collect(Never()), 80u + 7);
  EXPECT_EQ(Read().OpenBlob(pending->digest).error().code, Code::kNotFound);
  EXPECT_TRUE(Read().OpenBlob(DigestOf("kept")));
  EXPECT_EQ(writer.Used(), 2 * 80u + 8);
}

TEST_F(StoreTest, ADamagedGenerationIsNamedAndTheOthersStand) {
  auto writer = Write();
  ASSERT_TRUE(Save(writer, {"one"}));
  ASSERT_TRUE(Save(writer, {"two"}));
  ASSERT_TRUE(File::Create(files.Generation(2))->Write("junk"));
  std::vector<Damage> damage;
  auto generations = Read().Generations(&damage);
  ASSERT_EQ(generations->size(), 1u);
  EXPECT_EQ(generations->front().generation, 1u);
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].error.code, Code::kCorrupt);
  EXPECT_EQ(Read().Generation(2).error().what, "generation 2: the header is cut off");
}

TEST_F(StoreTest, ABlobThatWasNeverPutIsNotCommitted) {
  auto writer = Write();
  ASSERT_TRUE(Save(writer, {"one"}));
  format::Manifest manifest;
  manifest.components.resize(1);
  manifest.components[0].blob = DigestOf("nothing");
  EXPECT_EQ(writer.Commit(manifest, Never()).error().code, Code::kInvalid);
  EXPECT_EQ(Numbers(Read()), (Numbered{1}));
}

TEST(Policy, KeepsTheNewestTheLabelledTheCompleteAndEarlierLives) {
  std::vector<GenerationSummary> all;
  for (std::uint32_t n = 1; n <= 30; ++n) all.push_back({n, (n + 4) / 5, n == 2, n < 24});
  // Lives 1 to 6, of five generations each: 30 ends life 6; 25, 20, 15 end the three lives before.
  EXPECT_EQ(Superseded(all), (Numbered{1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 24}));
  EXPECT_EQ(Superseded({}), Numbered{});
  EXPECT_EQ(Superseded({{1, 1, false, true}, {2, 1, false, true}}), Numbered{});
}

TEST_F(StoreTest, OldGenerationsGoByPolicy) {
  {
    auto writer = Write();
    for (int i = 1; i <= 8; ++i) ASSERT_TRUE(Save(writer, {std::to_string(i)}, 1, i == 2 ? "mine" : ""));
    EXPECT_EQ(Numbers(Read()), (Numbered{8, 7, 6, 5, 4, 2}));
    ASSERT_TRUE(writer.Forget(2));
    EXPECT_EQ(writer.Forget(2).error().code, Code::kNotFound);
  }
  auto writer = Write();
  for (int i = 9; i <= 14; ++i) ASSERT_TRUE(Save(writer, {std::to_string(i)}, 2));
  EXPECT_EQ(Numbers(Read()), (Numbered{14, 13, 12, 11, 10, 8}));
}

TEST_F(StoreTest, TheQuotaRefusesBeforeItWritesAndNamesTheBiggest) {
  Store small = *Store::Open(store.files().Home(), 100'000);
  auto writer = *small.Write(sid);
  ASSERT_TRUE(Save(writer, {"big" + std::string(50'000, 'x'), "tiny" + std::string(100, 'x')}));
  const std::uint64_t before = TreeSize(files.Root());
  auto put = writer.PutBlob({std::string(60'000, 'y')}, Never());
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code, Code::kFull);
  EXPECT_NE(put.error().what.find("60.1 KB more do not fit"), std::string::npos) << put.error().what;
  EXPECT_NE(put.error().what.find("the biggest here: bigxxxxx (50.0 KB), tinyxxxx (104 B)"), std::string::npos)
      << put.error().what;
  EXPECT_NE(put.error().remedy.find("FERRY_QUOTA"), std::string::npos);
  EXPECT_EQ(TreeSize(files.Root()), before);
  // What is not named any more makes room.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Save(writer, {"tiny"}));
  ASSERT_TRUE(writer.Collect(Never()));
  EXPECT_TRUE(writer.PutBlob({std::string(60'000, 'y')}, Never()));

  // Other sessions count too.
  auto other = *small.Write(*small.Create(Json::object()));
  EXPECT_EQ(other.PutBlob({std::string(60'000, 'z')}, Never()).error().code, Code::kFull);
}

TEST_F(StoreTest, ImagesCountAgainstTheQuotaAndGoWithTheGarbage) {
  Store small = *Store::Open(store.files().Home(), 200'000);
  const auto image = [&](std::uint32_t generation, const std::string& what) {
    ASSERT_TRUE(MakeDirectory(files.Image(generation) + what + "/images"));
    ASSERT_TRUE(Replace(files.Image(generation) + what + "/images/pages-1.img", std::string(60'000, 'p')));
  };
  {
    auto writer = *small.Write(sid);
    ASSERT_TRUE(Save(writer, {"a"}));
    ASSERT_TRUE(Save(writer, {"b"}, 1, "kept"));
    ASSERT_TRUE(Save(writer, {"c"}));
  }
  for (std::uint32_t generation : {1u, 2u, 3u}) image(generation, "");
  image(4, ".tmp");
  auto writer = *small.Write(sid);
  EXPECT_EQ(writer.PutBlob({std::string(30'000, 'y')}, Never()).error().code, Code::kFull);
  auto freed = writer.Collect(Never());
  ASSERT_TRUE(freed.ok());
  EXPECT_EQ(*freed, 120'000u) << "an older image, and one whose taking died";
  EXPECT_FALSE(Exists(files.Image(1)));
  EXPECT_TRUE(Exists(files.Image(2)) && Exists(files.Image(3))) << "the labelled and the newest";
  EXPECT_TRUE(writer.PutBlob({std::string(30'000, 'y')}, Never()));
  EXPECT_EQ(writer.PutBlob({std::string(60'000, 'z')}, Never()).error().code, Code::kFull) << "those that stay still count";
}

TEST_F(StoreTest, AReadOnlyStoreIsAnErrorWithARemedyAndStillReads) {
  {
    auto writer = Write();
    ASSERT_TRUE(Save(writer, {"a"}));
  }
  SetFaultHook([](Step step, const std::string&, bool done) { return step != Step::kOpen && !done ? EROFS : 0; });
  auto writer = store.Write(sid);
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().code, Code::kIo);
  EXPECT_NE(writer.error().remedy.find("FERRY_HOME"), std::string::npos);
  EXPECT_EQ(store.Create(Json::object()).error().code, Code::kIo);
  EXPECT_EQ(*Load(Read(), Read().Generations()->front()), std::vector<std::string>{"a"});
}

TEST_F(StoreTest, ASessionThatIsBegunIsWholeAndDoesNotWaitForTheDisk) {
  std::vector<std::string> synced;
  SetFaultHook([&](Step step, const std::string& path, bool done) {
    if (step == Step::kSync && done) synced.push_back(path);
    return 0;
  });
  const std::string begun = *store.Begin({{"hash_seed", 7}});
  EXPECT_TRUE(synced.empty()) << synced.front();
  EXPECT_TRUE(store.Settle().ok());
  EXPECT_EQ(synced, std::vector<std::string>{store.files().Sessions()});
  synced.clear();
  const std::string created = *store.Create({{"hash_seed", 7}});
  EXPECT_EQ(synced.size(), 3u);
  SetFaultHook(nullptr);
  Json first = *store.Read(begun)->Info(), second = *store.Read(created)->Info();
  for (Json* info : {&first, &second}) {
    info->erase("session");
    info->erase("created_us");
  }
  EXPECT_EQ(first, second);
  EXPECT_EQ(first["hash_seed"], 7);
}

TEST_F(StoreTest, SessionsAreFoundByIdBeginningNotebookAndName) {
  const std::string notebook = folder / "work/a.ipynb";
  ASSERT_TRUE(store.Bind(notebook, sid));
  EXPECT_EQ(*store.Resolve(sid), sid);
  EXPECT_EQ(*store.Resolve(sid.substr(0, 6)), sid);
  EXPECT_EQ(*store.Resolve("demo"), sid);
  EXPECT_EQ(*store.Resolve(notebook), sid);
  EXPECT_EQ(store.Resolve("other").error().code, Code::kNotFound);
  EXPECT_EQ(store.Resolve("").error().code, Code::kNotFound);
  std::string twin = *store.Create({{"name", "demo"}});
  auto ambiguous = store.Resolve("demo");
  EXPECT_EQ(ambiguous.error().code, Code::kInvalid);
  EXPECT_NE(ambiguous.error().what.find(twin), std::string::npos);
}

TEST_F(StoreTest, ANotebookOrItsFolderMayMove) {
  std::string other = *store.Create(Json::object());
  ASSERT_TRUE(store.Bind(folder / "work/a.ipynb", sid));
  ASSERT_TRUE(store.Bind(folder / "work/b.ipynb", other));
  EXPECT_EQ(*store.Rename(folder / "work", folder / "play"), 2u);
  EXPECT_EQ(*store.Find(folder / "play/a.ipynb"), sid);
  EXPECT_EQ(*store.Find(folder / "work/a.ipynb"), std::nullopt);
  EXPECT_EQ(store.Rename(folder / "play/a.ipynb", folder / "play/b.ipynb").error().code, Code::kRefused);
  EXPECT_EQ(store.Rename(folder / "none", folder / "play").error().code, Code::kNotFound);
  EXPECT_EQ(*store.Find(folder / "play/a.ipynb"), sid);
}

TEST_F(StoreTest, ARemovedSessionIsGoneAndALockedOneStays) {
  ASSERT_TRUE(store.Bind(folder / "a.ipynb", sid));
  {
    auto writer = Write();
    auto refused = store.Remove(sid);
    EXPECT_EQ(refused.error().code, Code::kRefused);
    EXPECT_NE(refused.error().what.find("in use by pid"), std::string::npos);
    EXPECT_EQ(*store.Collect(), 0u);
  }
  ASSERT_TRUE(store.Remove(sid));
  EXPECT_EQ(store.Remove(sid).error().code, Code::kNotFound);
  EXPECT_EQ(*store.Find(folder / "a.ipynb"), std::nullopt);
  EXPECT_TRUE(List(store.files().Sessions())->empty());
}

TEST_F(StoreTest, ADamagedSessionFileIsListedWithItsError) {
  ASSERT_TRUE(Replace(files.Info(), "{ no json"));
  auto sessions = store.Sessions();
  ASSERT_TRUE(sessions);
  EXPECT_NE(Text(sessions->at(0), "error").find("is not a JSON object"), std::string::npos);
  EXPECT_EQ(Text(sessions->at(0), "session"), sid);
}

TEST_F(StoreTest, ManyProcessesShareTheIndex) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    std::string own = *store.Create(Json::object());
    pid_t child = ::fork();
    if (child == 0) ::_exit(store.Bind(folder / std::to_string(i), own) ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(store.Find(folder / std::to_string(i))->has_value());
}

TEST(Store, WhatIsNoDirectoryIsRefusedAndNothingIsMadeByLooking) {
  ferry::test::Folder folder;
  ASSERT_TRUE(Replace(folder / "file", ""));
  EXPECT_EQ(Store::Open(folder / "file").error().code, Code::kIo);
  EXPECT_EQ(Store::Open("").error().code, Code::kInvalid);
  auto store = Store::Open(folder / "none");
  EXPECT_TRUE(store->Sessions()->empty());
  EXPECT_FALSE(Exists(folder / "none"));
}

}  // namespace
}  // namespace ferry::store::test
