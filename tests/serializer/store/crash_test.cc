// A writer dies at every step of a save, by SIGKILL or by loss of power, or one step fails: afterwards the session reads
// as before the save or as after it, and the next writer goes on as if nothing had been.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <optional>

#include "tests/serializer/store/session.h"
#include "util/file.h"

namespace ferry::store::test {
namespace fs = std::filesystem;
namespace {

// What a loss of power may take: bytes that were not synced, and names whose folder was not.
class Power {
 public:
  // `disk`: the folder whose sync is that of the whole file system; "" if each is only its own.
  Power(bool lose_names, std::string disk) : lose_names_(lose_names), disk_(std::move(disk)) {}

  void Note(Step step, const std::string& path, bool done) {
    if (step == Step::kOpen && done && path.ends_with(".tmp")) synced_size_[path] = 0;  // room reserved is no bytes
    if (step == Step::kWrite && !done) synced_size_.emplace(path, SizeOf(path));
    if (step == Step::kRename && !done) replaced_.emplace(path, Exists(path) ? std::optional(*ReadFile(path)) : std::nullopt);
    if (step == Step::kRename && done) Moved(path);
    if (step == Step::kSync && done) Synced(path);
    if (step == Step::kRemove && done) synced_size_.erase(path);
  }

  void Cut() {
    for (const auto& [path, size] : synced_size_) (void)!::truncate(path.c_str(), static_cast<off_t>(size));
    if (!lose_names_) return;
    for (const auto& [path, before] : replaced_) {
      fs::remove(path);
      if (before) (void)File::Create(path)->Write(*before);
    }
  }

 private:
  void Moved(const std::string& to) {
    for (const auto& [path, size] : synced_size_) {
      if (Exists(path)) continue;
      synced_size_[to] = size;
      synced_size_.erase(path);
      return;
    }
  }
  void Synced(const std::string& path) {
    if (path == disk_) {  // SyncFileSystem
      synced_size_.clear();
      replaced_.clear();
    }
    synced_size_.erase(path);
    std::erase_if(replaced_, [&](const auto& name) { return fs::path(name.first).parent_path() == path; });
  }

  bool lose_names_;
  std::string disk_;
  std::map<std::string, std::uint64_t> synced_size_;
  std::map<std::string, std::optional<std::string>> replaced_;
};

enum class Death { kKill, kPower, kPowerAndNames };
constexpr int kDied = 9, kFailed = 8;

// A session with one record and one generation; the save that dies puts one of its
// blobs again, and new ones: one (a large one, written past the cache), which is synced alone, or five, which are synced
// with their file system.
struct CrashTest : StoreTest {
  const std::vector<std::string> before = {"same", "old"};
  std::vector<std::string> after = {"same"};

  void Begin(int new_blobs) {
    auto writer = Write();
    ASSERT_TRUE(writer.Append(Cell(1)));
    ASSERT_TRUE(Save(writer, before));
    for (int i = 0; i < new_blobs; ++i) after.push_back("new " + std::to_string(i));
    if (new_blobs == 1) after.back().resize(3 * DirectFile::kPiece + 5, 'x');
    fs::copy(files.Root(), copy, fs::copy_options::recursive);
  }

  Result<void> Work(SessionWriter& writer) {
    if (auto r = writer.Append(Cell(2)); !r) return r;
    if (auto r = Save(writer, after); !r) return r.error();
    if (auto r = writer.Append(Cell(3)); !r) return r;
    if (auto r = writer.Set({{"state", "suspended"}}); !r) return r;
    if (auto r = writer.Collect(Never()); !r) return r.error();
    return {};
  }

  void ExpectOldOrNew(const std::string& where) {
    SCOPED_TRACE(where);
    auto reader = Read();
    ASSERT_TRUE(reader.Info());
    auto executions = Executions(*reader.Log());
    ASSERT_GE(executions.size(), 1u);
    for (std::size_t i = 0; i < executions.size(); ++i) EXPECT_EQ(executions[i], i + 1);
    std::vector<Damage> damage;
    auto generations = reader.Generations(&damage);
    ASSERT_TRUE(generations);
    EXPECT_TRUE(damage.empty());
    ASSERT_FALSE(generations->empty());
    for (const auto& generation : *generations) {
      auto texts = Load(reader, generation);
      ASSERT_TRUE(texts) << texts.error().what;
      EXPECT_EQ(*texts, generation.generation == 1 ? before : after);
      EXPECT_GE(executions.size(), generation.generation) << "the log reaches as far as the generation";
    }
  }

  void ExpectItGoesOn(const std::string& where) {
    SCOPED_TRACE(where);
    auto writer = store.Write(sid);
    ASSERT_TRUE(writer) << writer.error().what;
    ASSERT_TRUE(Work(*writer));
    auto reader = Read();
    auto generations = reader.Generations();
    EXPECT_EQ(*Load(reader, generations->front()), after);
    EXPECT_EQ(Text(*reader.Info(), "state"), "suspended");
    std::set<std::string> named, there;
    for (const auto& generation : *generations) {
      for (const auto& component : generation.components) named.insert(component.blob->Hex());
    }
    for (const auto& entry : fs::recursive_directory_iterator(files.Root())) {
      EXPECT_FALSE(entry.path().string().ends_with(".tmp")) << entry.path();
      if (entry.is_regular_file() && entry.path().filename().string().size() == 32) there.insert(entry.path().filename());
    }
    EXPECT_EQ(there, named);
  }

  // Puts the session back to what it was when the test began.
  void Reset() {
    fs::remove_all(files.Root());
    fs::copy(copy, files.Root(), fs::copy_options::recursive);
  }

  const std::string copy = folder / "copy";
};

struct Dying : CrashTest, ::testing::WithParamInterface<std::tuple<Death, int>> {};
struct Failing : CrashTest, ::testing::WithParamInterface<int> {};

TEST_P(Dying, AtAnyStepLeavesOldOrNew) {
  Begin(std::get<1>(GetParam()));
  int step = 0, exit_code = kDied;
  for (; exit_code == kDied; ++step) {
    ASSERT_LT(step, 1000);
    Reset();
    pid_t child = ::fork();
    if (child == 0) {
      auto writer = Write();
      const bool whole_disk = std::get<1>(GetParam()) > 4;
      Power power(std::get<0>(GetParam()) == Death::kPowerAndNames, whole_disk ? files.Blobs() : "");
      SetFaultHook([&, at = 0](Step s, const std::string& path, bool done) mutable {
        if (at > step) return 0;  // the steps of the power cut itself
        power.Note(s, path, done);
        if (at++ == step) {
          if (std::get<0>(GetParam()) != Death::kKill) power.Cut();
          ::_exit(kDied);
        }
        return 0;
      });
      ::_exit(Work(writer) ? 0 : kFailed);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    exit_code = WEXITSTATUS(status);
    ExpectOldOrNew("step " + std::to_string(step));
    ExpectItGoesOn("after step " + std::to_string(step));
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  EXPECT_EQ(exit_code, 0);
  EXPECT_GT(step, 20);
}

TEST_P(Failing, AtAnyStepIsAnErrorAndLeavesOldOrNew) {
  Begin(GetParam());
  bool reached = true;
  for (int step = 0; reached; ++step) {
    ASSERT_LT(step, 1000);
    Reset();
    auto writer = std::optional(Write());
    reached = false;
    SetFaultHook([&, at = 0](Step, const std::string&, bool done) mutable {
      if (done || at++ != step) return 0;
      reached = true;
      return ENOSPC;
    });
    auto worked = Work(*writer);
    SetFaultHook({});
    EXPECT_TRUE(worked.ok() || worked.error().code == Code::kFull);
    ExpectOldOrNew("failed step " + std::to_string(step));
    EXPECT_TRUE(writer->Append(Cell(static_cast<std::uint32_t>(Read().Log()->records.size() + 1))));
    EXPECT_TRUE(Save(*writer, after)) << "the same writer goes on after step " << step;
    writer.reset();
    ExpectItGoesOn("after failed step " + std::to_string(step));
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Dying,
                         ::testing::Combine(::testing::Values(Death::kKill, Death::kPower, Death::kPowerAndNames),
                                            ::testing::Values(1, 5)));
INSTANTIATE_TEST_SUITE_P(Every, Failing, ::testing::Values(1, 5));

}  // namespace
}  // namespace ferry::store::test
