#include "util/words.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ferry {

TEST(Words, SayASizeWithTwoOrThreeFigures) {
  EXPECT_EQ(SizeInWords(0), "0 B");
  EXPECT_EQ(SizeInWords(999), "999 B");
  EXPECT_EQ(SizeInWords(1500), "1.5 KB");
  EXPECT_EQ(SizeInWords(123'400'000), "123 MB");
  EXPECT_EQ(SizeInWords(999'600'000), "1.0 GB");
}

TEST(Words, SayADurationInItsUnit) {
  EXPECT_EQ(DurationInWords(0.08), "80 ms");
  EXPECT_EQ(DurationInWords(1.25), "1.2 s");
  EXPECT_EQ(DurationInWords(89), "89 s");
  EXPECT_EQ(DurationInWords(90), "2 min");
  EXPECT_EQ(DurationInWords(12'600), "3.5 h");
}

TEST(Words, KeepCommandsWhole) {
  const std::pair<const char*, const char*> texts[] = {
      {"say %session replay-ok 2 or tag it", "say %session_replay-ok_2 or tag it"},
      {"was left out; %session report.", "was left out; %session_report."},
      {"(%migrate home) or %migrate you@host --force --plan moves", "(%migrate_home) or %migrate_you@host_--force_--plan_moves"},
      {"run `jupyter ferry doctor` there", "run `jupyter_ferry_doctor` there"},
      {"or jupyter ferry import --trust a.ferry, or not", "or jupyter_ferry_import_--trust_a.ferry, or not"},
      {"100 % of it, ` alone", "100 % of it, ` alone"},
      {"  two  blanks ", "  two  blanks "},
      {"", ""}};
  for (auto [text, whole] : texts) {
    std::string said = WithWholeCommands(text);
    std::replace(said.begin(), said.end(), kInCommand, '_');
    EXPECT_EQ(said, whole);
  }
}

}  // namespace ferry
