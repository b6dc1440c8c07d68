// Files of a session on their way: what goes through the link and what beside it, when that opens or breaks meanwhile, and
// answers that come when nobody waits for them any more. The far end is the test itself, behind two processes `cat`.
#include "kernel/relay/shipment.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <thread>

#include "kernel/relay/sealed.h"
#include "kernel/relay/wire_names.h"
#include "tests/util/folder.h"

namespace ferry::relay {
namespace {

constexpr int kDeadline = 60000;  // ms, against a test that hangs
const std::string kKey(kBulkKeyBytes, 'k');
const std::string kFolder = "image-00000001/";

class ShipmentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int to[2], from[2];
    ASSERT_EQ(::pipe2(to, O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(from, O_CLOEXEC), 0);
    Command command;
    command.argv = {"/bin/sh", "-c", "cat < /dev/fd/" + std::to_string(to[0]) + " & exec cat > /dev/fd/" + std::to_string(from[1])};
    command.environment = EnvironmentWith({});
    command.keep = {to[0], from[1]};
    command.log = folder / "said";
    auto opened = Link::Open(std::move(command));
    ASSERT_TRUE(opened);
    link = std::move(*opened);
    ::close(to[0]);
    ::close(from[1]);
    say = to[1];
    hear = from[0];
    ASSERT_EQ(::write(say, kGreeting, std::strlen(kGreeting)), ssize_t(std::strlen(kGreeting)));
    ASSERT_TRUE(MakeDirectory(files.Image(1) + "/images"));
    shipment.emplace(Shipment::Ends{*link, nullptr, files, "sid", "there", timers},
                     Shipment::Hands{[] {}, [this] { ++taken; }, [this] { whole = true; }, [this](Error) { failed = true; }});
  }
  void TearDown() override {
    shipment.reset();
    ::close(say);
    ::close(hear);
  }

  json File(const std::string& name, std::size_t size) {
    EXPECT_TRUE(Replace(PathOf(kFolder + name), std::string(size, name[0])));
    return {name, size};
  }
  std::string PathOf(const std::string& name) const { return relay::PathOf(files, name); }

  void Answer(const json& parcel) {
    const std::string bytes = Packed({{"id", parcel["id"]}, {"ok", true}});
    ASSERT_EQ(::write(say, bytes.data(), bytes.size()), ssize_t(bytes.size()));
  }
  // The relay's loop, until `done`; what comes out at the far end is heard only if `hears`, and answered as a harbour does.
  template <typename Done>
  void Turn(Done done, bool hears = true) {
    while (!done()) {
      pollfd waits[] = {{link->in(), POLLIN, 0},
                        {link->wants_to_write() ? link->out() : -1, POLLOUT, 0},
                        {shipment ? shipment->fd() : -1, POLLIN, 0},
                        {hears ? hear : -1, POLLIN, 0}};
      ASSERT_GT(::poll(waits, 4, kDeadline), 0);
      link->OnWritable();
      if (waits[0].revents != 0) link->OnReadable();
      if (shipment) shipment->OnLink();
      if (shipment && waits[2].revents != 0) shipment->OnBulk();
      if (waits[3].revents != 0) Hear();
    }
  }
  void Hear() {
    std::string bytes(1 << 16, '\0');
    const ssize_t got = ::read(hear, bytes.data(), bytes.size());
    ASSERT_GT(got, 0);
    reader.Add(std::string_view(bytes).substr(0, got));
    for (auto parcel = reader.Next(); parcel && *parcel; parcel = reader.Next()) {
      const json& head = (*parcel)->head;
      asked.push_back(head);
      if (StringAt(head, "op") == "put") {
        came[StringAt(head, "path")] += (*parcel)->body;
        last = StringAt(head, "path");
      }
      if (answers && head.contains("id")) Answer(head);
    }
  }
  // Files were sent; their answers come when this has been done, and are followed by another.
  void EndBeforeTheAnswers(const std::function<void()>& end) {
    answers = false;
    File("bundle", 10);
    shipment->SendImage(kFolder, json::array({File("a", 10)}));
    Turn([&] { return asked.size() == 2; });
    end();
    bool heard = false;
    link->Ask({{"op", "echo"}}, [&](Parcel) { heard = true; });
    Turn([&] { return asked.size() == 3; });
    for (const json& each : asked) Answer(each);
    Turn([&] { return heard; });
    EXPECT_EQ(taken, 0);
    EXPECT_FALSE(failed || whole);
  }

  test::Folder folder;
  store::SessionFiles files{folder / "s"};
  Timers timers;
  std::unique_ptr<Link> link;
  std::optional<Shipment> shipment;
  ParcelReader reader{""};
  int say = -1, hear = -1, taken = 0;
  bool whole = false, failed = false, answers = true;
  std::vector<json> asked;                   // heads that came out at the far end
  std::map<std::string, std::string> came;   // through the link: path -> bytes
  std::string last;                          // of these the last that came
};

TEST_F(ShipmentTest, AnAnswerIsDroppedOnceItWasStopped) {
  EndBeforeTheAnswers([&] { shipment->Stop(); });
}

TEST_F(ShipmentTest, AnAnswerIsDroppedOnceItHasGone) {
  EndBeforeTheAnswers([&] { shipment.reset(); });
}

TEST_F(ShipmentTest, AFileThatHasBegunThroughTheLinkEndsThereWhenAnotherWayOpens) {
  auto receiver = BulkReceiver::Listen("127.0.0.1", kKey, folder / "incoming-");
  ASSERT_TRUE(receiver);
  const std::size_t large = 24 << 20;  // more than waits on the way
  json image = json::array({File("a", large), File("b", 1000)});
  File("bundle", 10);
  shipment->SendImage(kFolder, image);
  shipment->Beside(std::make_unique<BulkSender>("127.0.0.1", (*receiver)->port(), kKey));
  Turn([&] { return shipment->by_bulk(); }, /*hears=*/false);  // in the middle of the first file
  ASSERT_LT(shipment->sent(), double(large));
  pollfd wait{(*receiver)->fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&wait, 1, kDeadline), 1);
  const auto beside = (*receiver)->Take();
  ASSERT_EQ(beside.size(), 1u);
  EXPECT_EQ(beside[0].path, kFolder + "b");
  EXPECT_EQ(*ReadFile(beside[0].temporary), std::string(1000, 'b'));
  shipment->OnArrived({{{"event", "arrived"}, {"path", kFolder + "b"}, {"ok", true}}, ""});
  Turn([&] { return whole; });
  EXPECT_TRUE(came[kFolder + "a"] == std::string(large, 'a'));
  EXPECT_EQ(came[kFolder + "bundle"], std::string(10, 'b'));
  EXPECT_EQ(came.size(), 2u);
  EXPECT_EQ(last, kFolder + "bundle");
}

TEST_F(ShipmentTest, AConnectionThatIsCutInAFileOfAnImageLeavesThatToTheLink) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(::listen(listener, kBulkSockets), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size), 0);
  std::size_t pieces = 0;
  std::thread there([&] {  // takes one piece of the file, and is gone
    std::vector<Sealed> met;
    for (int i = 0; i < kBulkSockets; ++i) {
      const int socket = ::accept(listener, nullptr, nullptr);
      auto sealed = Sealed::Meet(socket, kKey, Sealed::NumberOf(socket), /*connector=*/false);
      if (sealed) met.push_back(std::move(*sealed));
      else ::close(socket);
    }
    for (Sealed& each : met) {
      auto piece = each.Receive();
      pieces += piece && !piece->empty();
      if (pieces > 0) break;
    }
  });
  shipment->Beside(std::make_unique<BulkSender>("127.0.0.1", ntohs(name.sin_port), kKey));
  Turn([&] { return shipment->by_bulk(); });
  const std::size_t large = 48 << 20;  // more than sockets take
  json image = json::array({File("a", large), File("b", large), File("c", large)});  // one for each connection
  File("bundle", 10);
  shipment->SendImage(kFolder, image);
  Turn([&] { return whole || failed; });
  there.join();
  ::close(listener);
  EXPECT_GT(pieces, 0u);
  ASSERT_TRUE(whole);
  for (const char* each : {"a", "b", "c"}) EXPECT_TRUE(came[kFolder + each] == std::string(large, each[0])) << each;
  EXPECT_EQ(last, kFolder + "bundle");
}

TEST_F(ShipmentTest, AnAnswerWhoseBodyNeverComesIsNone) {
  bool answered = false;
  answers = false;
  link->Ask({{"op", "get"}}, [&](Parcel) { answered = true; });
  const std::string bytes = Packed({{"id", 1}, {"ok", true}}, std::string(1000, 'x'));
  ASSERT_EQ(::write(say, bytes.data(), bytes.size() - 1), ssize_t(bytes.size() - 1));
  Turn([&] { return !asked.empty(); });
  ::close(std::exchange(say, -1));
  while (link->open()) {
    pollfd wait{link->in(), POLLIN, 0};
    ASSERT_EQ(::poll(&wait, 1, kDeadline), 1);
    link->OnReadable();
  }
  EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace ferry::relay
