#include "tracker/observe/effects.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace ferry::observe {
namespace {

TEST(Effects, Rules) {
  EXPECT_EQ(RuleOf("os.listdir"), nullptr);
  ASSERT_NE(RuleOf("os.remove"), nullptr);
  EXPECT_STREQ(RuleOf("os.remove")->kind, "file-remove");
  EXPECT_TRUE(RuleOf("os.remove")->unsafe);
  EXPECT_FALSE(RuleOf("os.chdir")->unsafe);
}

TEST(OwnFiles, FoldersNotPrefixes) {
  const OwnFiles own({"/usr", "/home/u/.ipython"});
  EXPECT_TRUE(own.Contains("/usr/lib/x.so"));
  EXPECT_TRUE(own.Contains("/home/u/.ipython"));
  EXPECT_TRUE(own.Contains("/data/__pycache__/m.cpython-311.pyc.123"));
  EXPECT_FALSE(own.Contains("/usrdata/x.csv"));
  EXPECT_FALSE(own.Contains("x.csv"));
}

TEST(OwnFiles, WhereverTheyLie) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "own_files";
  std::filesystem::create_directories(folder / "real" / "ipython");
  std::filesystem::create_directory_symlink(folder / "real", folder / "link");
  const OwnFiles own({(folder / "link" / "ipython").string()});
  EXPECT_TRUE(own.Contains((folder / "link" / "ipython" / "history.sqlite").string()));
  EXPECT_TRUE(own.Contains((folder / "real" / "ipython" / "history.sqlite-journal").string()));
  EXPECT_FALSE(own.Contains((folder / "real" / "data.csv").string()));
  std::filesystem::remove_all(folder);
}

TEST(Effects, PathsAsText) {
  EXPECT_EQ(AsText("/data/\u00e9t\u00e9 \u6f22 \U0001f600.csv"), "/data/\u00e9t\u00e9 \u6f22 \U0001f600.csv");
  EXPECT_EQ(AsText("caf\xe9.txt"), "caf\\xe9.txt");
  EXPECT_EQ(AsText("\xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80 \xe6\xbc"), "\\xed\\xa0\\x80 \\xc0\\xaf \\xf4\\x90\\x80\\x80 \\xe6\\xbc");
}

TEST(Effects, CommandsThatAskTheMachine) {
  EXPECT_TRUE(AsksTheMachine("/usr/bin/lscpu"));
  EXPECT_FALSE(AsksTheMachine("rm"));
  EXPECT_FALSE(AsksTheMachine(""));
}

TEST(EffectList, EachOnceAndTheWorstCounts) {
  EffectList list;
  list.Add({"file-write", "a", false});
  list.Add({"file-write", "a", true});
  const auto effects = list.Take();
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_TRUE(effects[0].unsafe);
  EXPECT_TRUE(list.Take().empty());
}

TEST(EffectList, IsBoundedAndSaysSo) {
  EffectList list;
  for (int i = 0; i < 70; ++i) list.Add({"file-write", std::to_string(i), i == 69});
  const auto effects = list.Take();
  ASSERT_EQ(effects.size(), 65u);
  EXPECT_EQ(effects.back().detail, "and 6 more");
  EXPECT_TRUE(effects.back().unsafe);
}

}  // namespace
}  // namespace ferry::observe
