#include "kernel/relay/last_words.h"

#include <gtest/gtest.h>

namespace ferry::relay {

TEST(LastWords, AreThoseOfTheLastEngine) {
  EXPECT_EQ(LastWords("x the engine cannot go on: a\ny the engine cannot go on: b c\nz"), "could not go on (b c)");
  EXPECT_EQ(LastWords("nothing"), "");
}

TEST(LastWords, NameThePlaceOfACrash) {
  const std::string log =
      "Fatal Python error: Aborted\n\nStack (most recent call first):\n  File \"/old.py\", line 1 in old\n\n"
      "Fatal Python error: Segmentation fault\n\nStack (most recent call first):\n  File \"/usr/lib/ctypes.py\", line 519 in string_at\n"
      "  File \"/tmp/ipykernel_ferry_7/12.py\", line 3 in f\n  File \"/v/IPython/core/x.py\", line 1 in run_code\n  File \"/v/kernelferry/engine/app.py\", line 1 in x\n"
      "\nExtension modules: a, b (total: 2)\n";
  EXPECT_EQ(CrashedIn(log), "  /usr/lib/ctypes.py, line 519 in string_at\n  a cell, line 3 in f\n");
  EXPECT_EQ(CrashedIn(log.substr(0, log.size() / 2)).substr(0, 9), "  /usr/li");
  EXPECT_EQ(CrashedIn("Fatal Python error: Aborted\n"), "");
  EXPECT_EQ(CrashedIn(""), "");
}

}  // namespace ferry::relay
