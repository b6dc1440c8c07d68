// Requests of the debugger that are answered, and what becomes of control where one is not.
#include "kernel/engine/debugger.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

namespace ferry::engine {
namespace {

// Answers `ask` with its number; `hang` only when Release() was called.
class Slow : public xeus::xdebugger {
 public:
  void Release() { released_.set_value(); }

 private:
  nl::json process_request_impl(const nl::json&, const nl::json& request) override {
    if (request["command"] == "hang") released_.get_future().wait();
    return {{"success", true}, {"command", request["command"]}, {"request_seq", request["seq"]}};
  }

  std::promise<void> released_;
};

class DebuggerTest : public ::testing::Test {
 protected:
  DebuggerTest() : slow_(new Slow), debugger_(std::unique_ptr<xeus::xdebugger>(slow_), /*patience=*/0.05) { Ask("attach").get(); }

  std::future<nl::json> Ask(const std::string& command) {
    auto reply = std::make_shared<std::promise<nl::json>>();
    debugger_.Ask({}, {{"command", command}, {"seq", ++seq_}}, [reply](nl::json content) { reply->set_value(std::move(content)); });
    return reply->get_future();
  }

  // As the control thread does.
  void WaitUntilOverdue() {
    pollfd due{debugger_.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&due, 1, 60'000), 1);
    debugger_.Overdue();
  }

  Slow* slow_;
  Debugger debugger_;
  int seq_ = 0;
};

TEST_F(DebuggerTest, AnswersInOrder) {
  std::future<nl::json> first = Ask("ask"), second = Ask("ask");
  EXPECT_EQ(second.get()["request_seq"], 3);
  EXPECT_EQ(first.get()["request_seq"], 2);
  EXPECT_TRUE(debugger_.End(60));
}

TEST_F(DebuggerTest, RefusesWhatIsNotAnswered) {
  std::future<nl::json> hangs = Ask("hang"), waits = Ask("ask");
  WaitUntilOverdue();
  for (std::future<nl::json>* refused : {&hangs, &waits}) {
    const nl::json reply = refused->get();
    EXPECT_EQ(reply["success"], false);
    EXPECT_EQ(reply["message"], "the debugger did not answer 'hang' within 0 seconds");
  }
  EXPECT_EQ(Ask("ask").get()["message"], "the debugger has not answered 'hang' yet");
  EXPECT_FALSE(debugger_.End(0));
  slow_->Release();
  EXPECT_TRUE(debugger_.End(60));
}

TEST_F(DebuggerTest, GoesOnWhenTheAnswerComesAfterAll) {
  std::future<nl::json> hangs = Ask("hang");
  WaitUntilOverdue();
  EXPECT_EQ(hangs.get()["success"], false);
  slow_->Release();
  nl::json reply;
  do reply = Ask("ask").get();
  while (reply["success"] == false);
  EXPECT_EQ(reply["request_seq"], seq_);
  EXPECT_TRUE(debugger_.End(60));
}

TEST_F(DebuggerTest, IsPatientWhileItWaitsForTheMainThread) {
  auto cell = std::make_unique<Debugger::ForMain>(debugger_);
  std::future<nl::json> hangs = Ask("hang");
  WaitUntilOverdue();
  EXPECT_EQ(hangs.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  cell.reset();
  WaitUntilOverdue();
  EXPECT_EQ(hangs.get()["success"], false);
  slow_->Release();
  EXPECT_TRUE(debugger_.End(60));
}

}  // namespace
}  // namespace ferry::engine
