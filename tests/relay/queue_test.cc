#include "kernel/relay/queue.h"

#include <gtest/gtest.h>

namespace ferry::relay {
namespace {

Message Of(const std::string& id, const std::string& type, const json& content = json::object()) {
  Frames frames;
  for (const std::string& part : {std::string("front"), std::string("<IDS|MSG>"), std::string(), Text({{"msg_id", id}, {"msg_type", type}}),
                                  std::string("{}"), std::string("{}"), Text(content)}) {
    frames.emplace_back(part.data(), part.size());
  }
  return *Message::Parse(std::move(frames));
}

std::string NextId(Queue& queue) {
  auto next = queue.Next();
  return next ? next->id() : "";
}

}  // namespace

TEST(Queue, WaitsForACellThatAnEngineRunsAlready) {
  Queue queue;
  queue.Resume(Running({{"header", {{"msg_id", "old"}, {"msg_type", "execute_request"}}}, {"code", "\nx = 1\ny"}, {"execution_count", 7}}));
  queue.Push(Of("a", "execute_request"));
  EXPECT_EQ(NextId(queue), "");
  EXPECT_EQ(queue.running()->cell, "x = 1");
  EXPECT_EQ(queue.running()->execution_count, 7);
  EXPECT_EQ(queue.Finish().id, "old");
  EXPECT_EQ(NextId(queue), "a");
}

TEST(Queue, SendsOneCellAtATimeInOrder) {
  Queue queue;
  queue.Push(Of("a", "execute_request"));
  queue.Push(Of("b", "execute_request"));
  EXPECT_EQ(NextId(queue), "a");
  EXPECT_EQ(NextId(queue), "");
  EXPECT_EQ(queue.Finish().id, "a");
  EXPECT_EQ(NextId(queue), "b");
}

TEST(Queue, LetsOtherRequestsPassARunningCellButNotAWaitingOne) {
  Queue queue;
  queue.Push(Of("a", "execute_request"));
  queue.Push(Of("c", "complete_request"));
  queue.Push(Of("b", "execute_request"));
  queue.Push(Of("m", "comm_msg"));
  EXPECT_EQ(NextId(queue), "a");
  EXPECT_EQ(NextId(queue), "c");
  EXPECT_EQ(NextId(queue), "");
  queue.Finish();
  EXPECT_EQ(NextId(queue), "b");
  EXPECT_EQ(NextId(queue), "m");
}

TEST(Queue, AbortTakesTheCellsThatWaitAndNothingElse) {
  Queue queue;
  for (auto [id, type] : {std::pair{"a", "execute_request"}, {"b", "execute_request"}, {"c", "complete_request"}, {"d", "execute_request"}}) {
    queue.Push(Of(id, type));
  }
  queue.Next();
  auto aborted = queue.TakeExecutes();
  ASSERT_EQ(aborted.size(), 2u);
  EXPECT_EQ(aborted[0].id(), "b");
  EXPECT_EQ(aborted[1].id(), "d");
  EXPECT_EQ(NextId(queue), "c");
}

TEST(Queue, TakesBackACellThatHasNotBegun) {
  Queue queue;
  queue.Push(Of("a", "execute_request", {{"code", "1"}}));
  queue.Push(Of("b", "execute_request"));
  auto sent = queue.Next();
  queue.TakeBack();
  EXPECT_EQ(queue.running(), nullptr);
  auto again = queue.Next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id(), "a");
  EXPECT_EQ(again->content_text(), sent->content_text());
  queue.Begun();
  queue.TakeBack();
  ASSERT_NE(queue.running(), nullptr);
  EXPECT_EQ(queue.waiting(), 1u);
  queue.Finish();
  queue.TakeBack();
  EXPECT_EQ(NextId(queue), "b");
}

TEST(Queue, TakesBackAllThatIsUnansweredInItsOrder) {
  Queue queue;
  for (auto [id, type] : {std::pair{"i", "inspect_request"}, {"h", "history_request"}, {"a", "execute_request"}, {"m", "comm_msg"}, {"c", "complete_request"},
                          {"b", "execute_request"}}) {
    queue.Push(Of(id, type));
  }
  while (queue.Next()) {}
  queue.Begun();
  queue.owed().Answered("h");
  queue.TakeAllBack();
  EXPECT_EQ(queue.running(), nullptr);
  for (const char* id : {"i", "a", "c", ""}) EXPECT_EQ(NextId(queue), id);
  queue.Finish();
  EXPECT_EQ(NextId(queue), "b");
}

TEST(Queue, CannotTakeBackACellOfAnotherRelay) {
  Queue queue;
  queue.Resume(Running({{"header", {{"msg_id", "old"}, {"msg_type", "execute_request"}}}, {"code", "x"}, {"execution_count", 7}}));
  queue.TakeAllBack();
  EXPECT_NE(queue.running(), nullptr);
}

TEST(Queue, KnowsWhatTheEngineOwes) {
  Queue queue;
  queue.Push(Of("a", "complete_request"));
  queue.Push(Of("b", "inspect_request"));
  queue.Push(Of("m", "comm_msg"));
  while (queue.Next()) {}
  queue.owed().Answered("a");
  auto owed = queue.owed().TakeAll();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].id(), "b");
  EXPECT_TRUE(queue.owed().TakeAll().empty());
}

TEST(Keep, RemembersWhatAReportNeeds) {
  Sent sent = Keep(Of("a", "execute_request", {{"code", "\n\n  x = 1\ny = 2"}, {"stop_on_error", false}, {"silent", true}}));
  EXPECT_EQ(sent.cell, "x = 1");
  EXPECT_FALSE(sent.stop_on_error);
  EXPECT_TRUE(sent.silent);
  EXPECT_EQ(sent.identities.size(), 1u);
  std::string umlauts;
  for (int i = 0; i < 50; ++i) umlauts += "\xc3\xa4";
  std::string cut = Keep(Of("a", "execute_request", {{"code", "x" + umlauts}})).cell;
  EXPECT_EQ(json::parse(Text(cut)).get<std::string>(), cut);  // still UTF-8
  EXPECT_LT(cut.size(), 70u);
}

}  // namespace ferry::relay
