// Sealed connections: what comes through, and that whoever lacks the key, alters or repeats a frame gets nowhere.
#include "kernel/relay/sealed.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

namespace ferry::relay {
namespace {

const std::string kKey(kBulkKeyBytes, 'k');

struct Pair {
  int a, b;
  Pair() {
    int both[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    a = both[0], b = both[1];
  }
};

std::future<Result<Sealed>> Connect(int socket, std::string key, int number = 0) {
  return std::async(std::launch::async, [=] { return Sealed::Meet(socket, key, number, /*connector=*/true); });
}

Result<Sealed> Accept(int socket, const std::string& key) { return Sealed::Meet(socket, key, Sealed::NumberOf(socket), /*connector=*/false); }

TEST(Sealed, CarriesFramesInBothDirections) {
  Pair pair;
  auto connecting = Connect(pair.a, kKey, 2);
  auto here = Accept(pair.b, kKey);
  auto there = connecting.get();
  ASSERT_TRUE(here && there);
  ASSERT_TRUE(there->Send("one") && there->Send(std::string(1 << 16, 'x')) && here->Send("back"));
  EXPECT_EQ(*here->Receive(), "one");
  EXPECT_EQ(here->Receive()->size(), 1u << 16);
  EXPECT_EQ(*there->Receive(), "back");
  { Sealed gone = std::move(*there); }
  EXPECT_EQ(*here->Receive(), "");
}

TEST(Sealed, RefusesAnotherKey) {
  Pair pair;
  auto connecting = Connect(pair.a, std::string(kBulkKeyBytes, 'o'));
  EXPECT_FALSE(Accept(pair.b, kKey));
  ::close(pair.b);
  EXPECT_FALSE(connecting.get());
  ::close(pair.a);
}

TEST(Sealed, NoMoreThanAHelloIsReadBeforeOne) {
  Pair pair;
  const std::string longer("\0\0\0\x40\0 more", 10);  // connection 0, and the beginning of a frame of 4 MiB
  ASSERT_EQ(::send(pair.a, longer.data(), longer.size(), 0), ssize_t(longer.size()));
  EXPECT_FALSE(Accept(pair.b, kKey));
  char rest[8];
  EXPECT_EQ(::recv(pair.b, rest, sizeof rest, MSG_DONTWAIT), 5);
  ::close(pair.a);
  ::close(pair.b);
}

// Passes one frame of `size` bytes of text on, as often as `times`, one bit of it changed where `altered`.
Result<std::string> ThroughAnother(int times, bool altered) {
  Pair near, far;
  auto connecting = Connect(near.a, kKey);
  auto pass = [&](int from, int to, std::size_t bytes, bool alter = false) {
    std::string frame(bytes, '\0');
    EXPECT_EQ(::recv(from, frame.data(), bytes, MSG_WAITALL), ssize_t(bytes));
    if (alter) frame[bytes - 20] ^= 1;
    for (int i = 0; i < times || i < 1; ++i) EXPECT_EQ(::send(to, frame.data(), bytes, 0), ssize_t(bytes));
  };
  auto accepting = std::async(std::launch::async, [&] { return Accept(far.b, kKey); });
  const std::size_t hello = 4 + 8 + std::string(R"({"op":"hello"})").size() + 16;
  int once = std::exchange(times, 1);
  pass(near.b, far.a, 1 + hello);
  pass(far.a, near.b, hello);
  auto there = connecting.get();
  auto here = accepting.get();
  EXPECT_TRUE(there && here);
  EXPECT_TRUE(there->Send("a text"));
  times = once;
  pass(near.b, far.a, 4 + 6 + 16, altered);
  auto first = here->Receive();
  if (times == 1 || !first) return first;
  return here->Receive();
}

TEST(Sealed, OpensWhatCameAsItWasSent) { EXPECT_EQ(*ThroughAnother(1, false), "a text"); }
TEST(Sealed, RefusesAnAlteredFrame) { EXPECT_FALSE(ThroughAnother(1, true)); }
TEST(Sealed, RefusesARepeatedFrame) { EXPECT_FALSE(ThroughAnother(2, false)); }

}  // namespace
}  // namespace ferry::relay
