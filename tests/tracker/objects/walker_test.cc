#include "tracker/objects/walker.h"

#include <gtest/gtest.h>
#include <pybind11/embed.h>

#include <atomic>

#include "util/stop.h"

namespace py = pybind11;

namespace ferry::objects {
namespace {

py::dict Namespace(const char* code) {
  py::dict ns;
  ns["__name__"] = "__main__";
  py::exec(code, ns);
  return ns;
}

const Component* Find(const Look& look, const std::string& name) {
  for (const Component& c : look.components)
    if (std::find(c.names.begin(), c.names.end(), name) != c.names.end()) return &c;
  return nullptr;
}

}  // namespace

TEST(Encoder, GivesTheSameDigestWhateverItsBufferHeld) {
  std::string text(100000, 'x');
  Encoder pieces, whole;
  for (char c : text) pieces.Raw(&c, 1);
  whole.Raw(text.data(), text.size());
  EXPECT_EQ(pieces.Finish(), whole.Finish());
  whole.Restart();
  whole.Raw("a", 1);
  EXPECT_EQ(whole.Finish(), DigestOf("a"));
}

TEST(StrongComponents, ComeAfterThoseTheyPointTo) {
  auto sets = StrongComponents({{1}, {2}, {1, 3}, {}, {0}});
  ASSERT_EQ(sets.size(), 4u);
  EXPECT_EQ(sets[0], (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(sets[1].size(), 2u);
  EXPECT_EQ(sets[2], (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(sets[3], (std::vector<std::uint32_t>{4}));
}

TEST(Walker, LinksWhatSharesAMutableObject) {
  Walker walker(Namespace("a = [1]\nb = {'x': a}\nc = [1]\nclass P: pass\np = P()"));
  auto look = walker.LookAt({"a", "b", "c", "P", "p"});
  ASSERT_TRUE(look);
  EXPECT_EQ(Find(*look, "a"), Find(*look, "b"));
  EXPECT_NE(Find(*look, "a"), Find(*look, "c"));
  EXPECT_EQ(Find(*look, "p")->needs, Find(*look, "P")->exports);
}

TEST(Walker, DoesNotMakeADictOfInlineFields) {
  py::dict ns = Namespace("class P: pass\np = P()\np.a = 1\np.b = [2]");
  Walker walker(ns);
  PyObject* p = py::object(ns["p"]).ptr();
  auto before = walker.LookAt({"p"})->components.back().fingerprint;
  EXPECT_EQ(InstanceDict(p), nullptr);
  py::exec("vars(p)", ns);
  EXPECT_NE(InstanceDict(p), nullptr);
  EXPECT_EQ(walker.LookAt({"p"})->components.back().fingerprint, before);
}

TEST(Walker, StopsWhenAskedAndStartsAfresh) {
  Walker walker(Namespace("x = [[i] for i in range(10000)]"));
  Digest before = walker.LookAt({"x"})->components[0].fingerprint;
  std::atomic<bool> flag = true;
  MainStop().Watch(&flag, -1);
  EXPECT_FALSE(walker.LookAt({"x"}));
  flag = false;
  EXPECT_EQ(walker.LookAt({"x"})->components[0].fingerprint, before);
  MainStop().Watch(nullptr, -1);
}

}  // namespace ferry::objects

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  py::scoped_interpreter python;
  py::module_::import("sys").attr("path").attr("insert")(0, FERRY_PYTHON_DIR);
  return RUN_ALL_TESTS();
}
