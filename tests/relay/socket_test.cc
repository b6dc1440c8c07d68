#include "kernel/relay/socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string_view>

namespace ferry::relay {
namespace {

constexpr std::chrono::milliseconds kAtOnce{0}, kLong{10000};

Frames Of(std::string_view text) {
  Frames frames;
  frames.emplace_back(text.data(), text.size());
  return frames;
}

class Sockets : public ::testing::Test {
 protected:
  Sockets() {
    here.bind("inproc://here");
    there.connect("inproc://here");
  }

  // Whether `here` is said to have messages.
  bool Waits(std::chrono::milliseconds longest) {
    std::vector<PollItem> items = {{&here}};
    EXPECT_TRUE(Poll(items, longest));
    return items[0].revents != 0;
  }

  zmq::context_t context;
  Socket here{context, zmq::socket_type::dealer}, there{context, zmq::socket_type::dealer};
};

}  // namespace

TEST_F(Sockets, AMessageThatCameWithAnotherIsFoundAfterThatOne) {
  Send(there, Of("first"));
  Send(there, Of("second"));
  ASSERT_TRUE(Waits(kLong));
  ASSERT_TRUE(Receive(here));  // takes the news of both off the descriptor
  EXPECT_TRUE(Waits(kAtOnce));
  ASSERT_TRUE(Receive(here));
  EXPECT_FALSE(Receive(here));
  EXPECT_FALSE(Waits(kAtOnce));
  Send(there, Of("third"));
  EXPECT_TRUE(Waits(kLong));
}

TEST_F(Sockets, AMessageIsFoundWhoseNewsAnotherCallTookOff) {
  EXPECT_FALSE(Waits(kAtOnce));
  Send(there, Of("first"));
  Send(here, Of("answer"));
  (void)here.get(zmq::sockopt::events);  // as sending does from time to time
  EXPECT_TRUE(Waits(kAtOnce));
}

TEST_F(Sockets, DescriptorsAreWaitedForBesideThem) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  std::vector<PollItem> items = {{&here}, {nullptr, ends[0], POLLIN}, {nullptr, -1, POLLIN}};
  EXPECT_TRUE(Poll(items, kLong));
  EXPECT_EQ(items[0].revents, 0);
  EXPECT_EQ(items[1].revents, POLLIN);
  EXPECT_EQ(items[2].revents, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace ferry::relay
