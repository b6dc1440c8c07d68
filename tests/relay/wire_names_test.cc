// Names on the wire lead into the session's folder and nowhere else, whatever the other end says.
#include "kernel/relay/wire_names.h"

#include <gtest/gtest.h>

namespace ferry::relay {
namespace {

TEST(WireNames, LeadToTheFilesOfASession) {
  const store::SessionFiles files("/s");
  EXPECT_EQ(PathOf(files, "log"), "/s/log");
  EXPECT_EQ(PathOf(files, "gen-00000007"), files.Generation(7));
  EXPECT_EQ(PathOf(files, ImageName(7) + "/bundle"), "/s/image-00000007/bundle");
  EXPECT_EQ(PathOf(files, ImageName(7) + "/pages-1.img"), "/s/image-00000007/images/pages-1.img");
  EXPECT_TRUE(PathOf(files, "0123456789abcdef0123456789abcdef").starts_with("/s/blobs/"));
}

TEST(WireNames, TellTheBundleOfAnImage) {
  EXPECT_TRUE(IsOfImage("image-00000007/pages-1.img") && !IsBundle("image-00000007/pages-1.img"));
  EXPECT_TRUE(IsOfImage("image-00000007/bundle") && IsBundle("image-00000007/bundle"));
  for (const char* name : {"log", "gen-00000007", "0123456789abcdef0123456789abcdef", "", "bundle", "image/bundle"}) {
    EXPECT_FALSE(IsOfImage(name) || IsBundle(name)) << name;
  }
}

TEST(WireNames, AndNowhereElse) {
  const store::SessionFiles files("/s");
  for (const char* name : {"", "session.json", "lock", "../log", "image-00000007", "image-00000007/", "image-00000007/../../x", "image-00000007/a/b",
                           "image-00000007/.x", "image-x/y", "image-00000007.tmp/x", "/etc/passwd"}) {
    EXPECT_EQ(PathOf(files, name), "") << name;
  }
}

}  // namespace
}  // namespace ferry::relay
