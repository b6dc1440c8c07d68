// Requests of the debugger, over a socket to an adapter of this test, and what becomes of them where one is not answered.
#include "kernel/engine/debugger.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <semaphore>

namespace ferry::engine {
namespace {

// Answers each request with success, as debugpy does; `evaluate` and what `silent` names only when Answer() is called.
class Adapter {
 public:
  Adapter() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Adapter() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  int port() const { return port_; }
  std::set<std::string> silent = {"evaluate"};  // before the first request
  std::atomic<bool> garbage{false};             // say something that is no message instead of the next reply

  void Send(const nl::json& message) {
    const std::string text = DapText(message);
    std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_EQ(::send(connection_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  nl::json Kept() { return kept_.get_future().get(); }  // the first one that was not answered
  static nl::json ReplyTo(const nl::json& request) {
    return {{"type", "response"}, {"seq", 0}, {"request_seq", request["seq"]}, {"command", request["command"]}, {"success", true}, {"body", nl::json::object()}};
  }

 private:
  void Serve() {
    const int eldest = ::accept(listener_, nullptr, nullptr);  // of the one that asks nothing
    for (int connection; (connection = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        connection_ = connection;
      }
      DapReader reader;
      char bytes[4096];
      nl::json attach;
      for (ssize_t n; (n = ::recv(connection, bytes, sizeof bytes, 0)) > 0;) {
        auto messages = reader.Take({bytes, static_cast<std::size_t>(n)});
        ASSERT_TRUE(messages);
        for (const nl::json& message : *messages) {
          const std::string command = message["command"];
          if (garbage) {
            (void)::send(connection, "Content-Length: 1\r\n\r\nx", 22, MSG_NOSIGNAL);
          } else if (silent.contains(command)) {
            kept_.set_value(message);
          } else if (command == "attach") {
            attach = message;
            Send({{"type", "event"}, {"seq", 1}, {"event", "initialized"}});
          } else {
            Send(ReplyTo(message));
            if (command == "configurationDone") Send(ReplyTo(attach));
          }
        }
      }
      std::lock_guard<std::mutex> lock(mutex_);
      ::close(connection);
    }
    ::close(eldest);
  }

  const int listener_;
  int port_ = 0, connection_ = -1;
  std::mutex mutex_;
  std::promise<nl::json> kept_;
  std::thread thread_;
};

class FakeEngine : public Debugged {
 public:
  explicit FakeEngine(int port) : port_(port) {}
  std::promise<std::function<void()>> busy;  // listen waits for it, if `cell_runs`
  bool cell_runs = false;

  void OnMain(const std::string& what, const nl::json&, std::function<void(nl::json)> done) override {
    EXPECT_EQ(what, "listen");
    const auto listen = [done, port = port_] { done({{"success", true}, {"body", {{"port", port}}}}); };
    if (cell_runs) busy.set_value(listen);
    else listen();
  }
  nl::json AtOnce(const std::string& what, const nl::json&) override {
    for (; endless > 0; --endless) {
      begun.release();
      cut.acquire();
    }
    return {{"success", true}, {"body", {{"variables", {{{"name", what}}, {{"name", "_i3"}}}}}}};
  }
  void Cut() override { cut.release(); }
  void PublishDebugEvent(const nl::json& event, const nl::json&) override {
    if (event["event"] == "stopped") stopped.set_value();
    if (event["event"] == "terminated") terminated.set_value();
  }
  std::string CellFile(const std::string&) override { return "/nowhere/cell.py"; }
  nl::json CellFiles() override { return {{"tmpFilePrefix", "/nowhere/"}}; }

  std::promise<void> stopped, terminated;
  int endless = 0;  // values that must be cut
  std::counting_semaphore<> begun{0}, cut{0};

 private:
  const int port_;
};

class DebuggerTest : public ::testing::Test {
 protected:
  ~DebuggerTest() override { EXPECT_TRUE(debugger_.End(60)); }

  std::future<nl::json> Ask(const std::string& command, nl::json arguments = nl::json::object()) {
    auto reply = std::make_shared<std::promise<nl::json>>();
    debugger_.Ask({}, {{"command", command}, {"seq", ++seq_}, {"arguments", std::move(arguments)}},
                  [reply](nl::json content) { reply->set_value(std::move(content)); });
    return reply->get_future();
  }

  void SwitchOn() {
    EXPECT_EQ(Ask("initialize").get()["success"], true);
    EXPECT_EQ(Ask("attach").get()["success"], true);
  }

  // As the control thread does.
  void WaitUntilOverdue() {
    pollfd due{debugger_.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&due, 1, 60'000), 1);
    debugger_.Overdue();
  }
  nl::json Refused(std::future<nl::json>& reply) {
    pollfd due{debugger_.fd(), POLLIN, 0};
    while (reply.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      if (::poll(&due, 1, 10) == 1) debugger_.Overdue();
    return reply.get();
  }

  Adapter adapter_;
  FakeEngine engine_{adapter_.port()};
  Debugger debugger_{engine_, /*patience=*/0.2, /*one_value=*/0.01};
  int seq_ = 0;
};

TEST_F(DebuggerTest, NumbersRepliesAsTheFrontEndDid) {
  seq_ = 70;
  SwitchOn();
  EXPECT_EQ(Ask("scopes").get()["request_seq"], 73);
  EXPECT_EQ(Ask("debugInfo").get()["body"]["isStarted"], true);
  EXPECT_EQ(Ask("inspectVariables").get()["body"]["variables"], nl::json({{{"name", "inspectVariables"}}}));
}

TEST_F(DebuggerTest, RefusesWhatNeedsADebuggerThatIsOn) {
  for (const char* command : {"attach", "stackTrace", "evaluate", "variables", "configurationDone", "whatever", ""})
    EXPECT_EQ(Ask(command).get()["message"], "the debugger is not attached") << command;
  EXPECT_EQ(Ask("disconnect").get()["success"], true);
  EXPECT_EQ(Ask("debugInfo").get()["body"]["isStarted"], false);
}

TEST_F(DebuggerTest, IsSwitchedOnAgain) {
  for (int i = 0; i < 50; ++i) {
    SwitchOn();
    EXPECT_EQ(Ask("disconnect").get()["success"], true);
    EXPECT_EQ(Ask("scopes").get()["success"], false);
  }
}

TEST_F(DebuggerTest, AnswersASecondPageThatSwitchesItOn) {
  SwitchOn();
  SwitchOn();
  EXPECT_EQ(Ask("scopes").get()["success"], true);
}

TEST_F(DebuggerTest, SurvivesWhatIsNoRequest) {
  std::promise<nl::json> first, second;
  debugger_.Ask({}, nl::json::array(), [&](nl::json reply) { first.set_value(std::move(reply)); });
  EXPECT_EQ(first.get_future().get()["success"], false);
  SwitchOn();
  debugger_.Ask({}, {{"command", 3}, {"arguments", "x"}, {"seq", "y"}}, [&](nl::json reply) { second.set_value(std::move(reply)); });
  EXPECT_EQ(second.get_future().get()["request_seq"], "y");
  for (const char* command : {"setBreakpoints", "copyToGlobals", "richInspectVariables", "dumpCell", "source", "initialize"})
    (void)Ask(command, nl::json::array({1})).get();
  EXPECT_EQ(Ask("scopes").get()["success"], true);
}

TEST_F(DebuggerTest, AnExpressionThatTakesLongKeepsNothingWaiting) {
  SwitchOn();
  std::future<nl::json> hour = Ask("evaluate");
  const nl::json kept = adapter_.Kept();
  EXPECT_EQ(Ask("scopes").get()["success"], true);
  adapter_.Send(Adapter::ReplyTo(kept));
  EXPECT_EQ(hour.get()["success"], true);
}

TEST_F(DebuggerTest, RefusesWhatIsNotAnswered) {
  adapter_.silent = {"scopes"};
  SwitchOn();
  std::future<nl::json> hangs = Ask("scopes");
  EXPECT_EQ(Refused(hangs)["message"], "the debugger did not answer 'scopes' within 0 seconds");
  EXPECT_EQ(Ask("threads").get()["success"], true);
}

TEST_F(DebuggerTest, SwitchesItselfOffWhereAttachIsNotAnswered) {
  adapter_.silent = {"attach"};
  EXPECT_EQ(Ask("initialize").get()["success"], true);
  std::future<nl::json> hangs = Ask("attach"), waits = Ask("scopes");
  EXPECT_EQ(Refused(hangs)["success"], false);
  EXPECT_EQ(Refused(waits)["success"], false);
  nl::json reply;
  do reply = Ask("scopes").get();
  while (reply["message"] != "the debugger is not attached");
  EXPECT_EQ(Ask("initialize").get()["success"], true);
}

TEST_F(DebuggerTest, IsPatientWhileItWaitsForTheMainThread) {
  engine_.cell_runs = true;
  std::future<nl::json> hello = Ask("initialize");
  const std::function<void()> cell_is_over = engine_.busy.get_future().get();
  WaitUntilOverdue();
  EXPECT_EQ(hello.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  cell_is_over();
  EXPECT_EQ(hello.get()["success"], true);
}

TEST_F(DebuggerTest, CutsValuesThatNeverEnd) {
  SwitchOn();
  engine_.endless = 2;
  std::future<nl::json> panel = Ask("inspectVariables");
  (void)Refused(panel);  // on a busy machine
  nl::json info;
  do {
    std::future<nl::json> asks = Ask("debugInfo");
    info = Refused(asks);
  } while (info["success"] != true);
  EXPECT_EQ(engine_.endless, 0);
}

// pydevd tries a value twice.
TEST_F(DebuggerTest, CutsWhatIsTriedAgainAfterAnInterrupt) {
  Debugger patient(engine_, /*patience=*/60, /*one_value=*/5);
  const auto ask = [&](const std::string& command) {
    auto reply = std::make_shared<std::promise<nl::json>>();
    patient.Ask({}, {{"command", command}, {"seq", ++seq_}, {"arguments", nl::json::object()}}, [reply](nl::json content) { reply->set_value(std::move(content)); });
    return reply->get_future();
  };
  EXPECT_EQ(ask("initialize").get()["success"], true);
  EXPECT_EQ(ask("attach").get()["success"], true);
  engine_.endless = 2;
  std::future<nl::json> panel = ask("inspectVariables");
  engine_.begun.acquire();
  patient.Interrupt();
  engine_.begun.acquire();
  pollfd due{patient.fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&due, 1, 4'000), 1);
  patient.Overdue();
  EXPECT_EQ(panel.get()["success"], true);
  EXPECT_TRUE(patient.End(60));
}

TEST_F(DebuggerTest, TellsFrontEndsThatDebugpyHasGone) {
  SwitchOn();
  std::future<nl::json> hour = Ask("evaluate");
  (void)adapter_.Kept();
  adapter_.garbage = true;
  std::future<nl::json> asks = Ask("scopes");
  EXPECT_EQ(hour.get()["success"], false);
  EXPECT_EQ(asks.get()["success"], false);
  engine_.terminated.get_future().get();
  EXPECT_EQ(Ask("debugInfo").get()["body"]["isStarted"], false);
}

TEST_F(DebuggerTest, GoesOnOnlyWhereAThreadIsStopped) {
  SwitchOn();
  EXPECT_EQ(Ask("continue").get()["message"], "no thread is stopped");
  adapter_.Send({{"type", "event"}, {"seq", 9}, {"event", "stopped"}, {"body", {{"threadId", 4}}}});
  engine_.stopped.get_future().get();
  EXPECT_EQ(Ask("debugInfo").get()["body"]["stoppedThreads"], nl::json({4}));
  EXPECT_EQ(Ask("continue").get()["success"], true);
  EXPECT_EQ(Ask("continue").get()["success"], false);
}

}  // namespace
}  // namespace ferry::engine
