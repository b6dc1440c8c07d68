#include "kernel/relay/connection.h"

#include <gtest/gtest.h>

#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

constexpr const char* kWhole =
    R"({"ip":"127.0.0.1","key":"k","shell_port":1,"iopub_port":65535,"stdin_port":3,"control_port":4,"hb_port":5})";

// kWhole with one text in place of another, read from a file.
Result<Connection> Read(const std::string& old = "", const std::string& text = "") {
  ferry::test::Folder folder;
  std::string json = kWhole;
  if (!old.empty()) json.replace(json.find(old), old.size(), text);
  EXPECT_TRUE(Replace(folder / "connection.json", json));
  return ReadConnection(folder / "connection.json");
}

TEST(Connection, IsReadWithItsDefaults) {
  auto read = Read();
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->Endpoint(read->iopub_port), "tcp://127.0.0.1:65535");
}

TEST(Connection, WhatIsWrongIsNamed) {
  const std::vector<std::array<std::string, 3>> cases = {
      {R"("shell_port":1)", R"("shell_port":0)", "shell_port is no port"},
      {R"("shell_port":1)", R"("shell_port":65536)", "shell_port is no port"},
      {R"("shell_port":1)", R"("shell_port":-1)", "shell_port is no port"},
      {R"("shell_port":1)", R"("shell_port":4294967297)", "shell_port is no port"},
      {R"("shell_port":1)", R"("shell_port":18446744073709551615)", "shell_port is no port"},
      {R"("shell_port":1)", R"("shell_port":"1")", "has no shell_port"},
      {R"("shell_port":1)", R"("other":1)", "has no shell_port"},
      {R"("key":"k")", R"("key":1)", "key is not a text"},
      {R"("key":"k")", R"("transport":"udp")", "transport udp is unknown"},
      {R"("key":"k")", R"("signature_scheme":"hmac-md5")", "signature_scheme hmac-md5 is unknown"},
      {R"("127.0.0.1")", R"("")", "has no ip"},
      {"{", "[", "not a JSON object"},
  };
  for (const auto& [old, text, said] : cases) {
    auto read = Read(old, text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::kInvalid);
    EXPECT_NE(read.error().what.find(said), std::string::npos) << read.error().what;
  }
}

}  // namespace
}  // namespace ferry::relay
