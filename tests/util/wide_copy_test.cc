#include "util/wide_copy.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry {
namespace {

TEST(WideCopy, CopiesAllOfItHoweverLargeItIs) {
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16} << 20, (std::size_t{33} << 20) + 7}) {
    std::string from(size, '\0'), to(size + 1, 'x');
    for (std::size_t i = 0; i < size; ++i) from[i] = static_cast<char>(i * 2654435761u >> 13);
    WideCopy(to.data(), from);
    EXPECT_EQ(to, from + 'x') << size;
  }
}

}  // namespace
}  // namespace ferry
