// Messages of debugpy in any pieces, and bytes that are none.
#include "kernel/engine/dap_reader.h"

#include <gtest/gtest.h>

namespace ferry::engine {
namespace {

const std::string kTwo = DapText({{"seq", 1}, {"text", "ä\r\n\r\n"}}) + "Content-Type: x\r\ncontent-LENGTH:  10\r\n\r\n{\"seq\": 2}";

TEST(DapReader, ReadsTheSameInAnyPieces) {
  for (std::size_t piece = 1; piece <= kTwo.size(); ++piece) {
    DapReader reader;
    std::vector<nl::json> all;
    for (std::size_t i = 0; i < kTwo.size(); i += piece) {
      auto messages = reader.Take(std::string_view(kTwo).substr(i, piece));
      ASSERT_TRUE(messages) << messages.error().what;
      all.insert(all.end(), messages->begin(), messages->end());
    }
    ASSERT_EQ(all.size(), 2u) << "pieces of " << piece;
    EXPECT_EQ(all[0]["text"], "ä\r\n\r\n");
    EXPECT_EQ(all[1]["seq"], 2);
  }
}

TEST(DapReader, RefusesWhatIsNoMessage) {
  const std::string long_header(DapReader::kMostHeader + 4, 'x');
  for (const std::string& bytes :
       {std::string("X: 1\r\n\r\n"), std::string("Content-Length: \r\n\r\n"), std::string("Content-Length: -1\r\n\r\n"), std::string("Content-Length: 2x\r\n\r\n{}"),
        std::string("Content-Length: 99999999999999999999\r\n\r\n"), std::string("Content-Length: 999999999999\r\n\r\n"),
        std::string("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), std::string("Content-Length: 2\r\n\r\n[]"), std::string("Content-Length: 2\r\n\r\n{x"), long_header,
        long_header + "\r\n\r\n"}) {
    DapReader reader;
    const auto messages = reader.Take(bytes);
    ASSERT_FALSE(messages) << bytes.substr(0, 60);
    EXPECT_EQ(messages.error().code, Code::kCorrupt);
  }
}

TEST(DapReader, RefusesWhatIsNestedWithoutEnd) {
  const std::string body = "{\"a\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  DapReader reader;
  EXPECT_FALSE(reader.Take("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
}

// As Python spells them.
TEST(DapReader, ReadsHalvesOfCharacters) {
  for (const auto& [spelled, read] : {std::pair<std::string, std::string>{R"(\ud800)", "\xEF\xBF\xBD"}, {R"(\uDFFFx)", "\xEF\xBF\xBDx"},
                                      {R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"}, {R"(\\ud800)", "\\ud800"}, {R"(\ud800\ud83d\ude00)", "\xEF\xBF\xBD\xF0\x9F\x98\x80"}}) {
    const std::string body = "{\"a\": \"" + spelled + "\"}";
    DapReader reader;
    auto messages = reader.Take("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    ASSERT_TRUE(messages) << messages.error().what;
    EXPECT_EQ((*messages)[0]["a"], read);
  }
}

}  // namespace
}  // namespace ferry::engine
