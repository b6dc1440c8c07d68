// Files beside a link: whole ones arrive, strangers do not disturb, and a receiver that goes away is noticed.
#include "kernel/relay/bulk.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>

#include "kernel/relay/parcel.h"
#include "tests/util/folder.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

const std::string kKey(kBulkKeyBytes, 'k');

void Await(int fd) {
  pollfd wait{fd, POLLIN, 0};
  ASSERT_EQ(::poll(&wait, 1, 60000), 1);
}

std::string FileOf(const std::string& folder, const std::string& name, std::size_t size) {
  std::string path = folder + "/" + name;
  auto file = File::Create(path);
  EXPECT_TRUE(file && file->Write(std::string(size, name[0])));
  return path;
}

bool Listens(int port) {
  char ending[64];
  std::snprintf(ending, sizeof ending, ":%04X 00000000:0000 0A ", port);  // address there: none; state: listens
  std::ifstream sockets("/proc/net/tcp");
  for (std::string line; std::getline(sockets, line);) {
    if (line.find(ending) != std::string::npos) return true;
  }
  return false;
}

class Bulk : public testing::Test {
 protected:
  void SetUp() override {
    auto listening = BulkReceiver::Listen("127.0.0.1", kKey, folder.path() + "/incoming-");
    ASSERT_TRUE(listening);
    receiver = std::move(*listening);
  }

  test::Folder folder;
  std::unique_ptr<BulkReceiver> receiver;
};

TEST_F(Bulk, FilesArriveWhole) {
  int stranger = ConnectWithin("127.0.0.1", receiver->port(), 1000);
  BulkSender sender("127.0.0.1", receiver->port(), kKey);
  Await(sender.fd());
  ASSERT_EQ(sender.state(), BulkSender::State::kOpen);
  const std::vector<std::size_t> sizes = {0, 1, kPiece, 3 * kPiece + 7};
  for (std::size_t i = 0; i < sizes.size(); ++i) sender.Put(std::to_string(i), FileOf(folder.path(), std::to_string(i), sizes[i]));
  std::size_t came = 0;
  while (came < sizes.size()) {
    Await(receiver->fd());
    for (const auto& arrival : receiver->Take()) {
      ++came;
      ASSERT_FALSE(arrival.error);
      EXPECT_EQ(*ReadFile(arrival.temporary), std::string(sizes[std::stoi(arrival.path)], arrival.path[0]));
    }
  }
  EXPECT_EQ(sender.sent(), 4 * kPiece + 8);
  ::close(stranger);
}

TEST_F(Bulk, AnotherKeyOrNobodyThereIsBroken) {
  const int port = receiver->port();
  BulkSender other("127.0.0.1", port, std::string(kBulkKeyBytes, 'o'));
  Await(other.fd());
  EXPECT_EQ(other.state(), BulkSender::State::kBroken);
  receiver.reset();
  BulkSender nobody("127.0.0.1", port, kKey);
  Await(nobody.fd());
  EXPECT_EQ(nobody.state(), BulkSender::State::kBroken);
}

TEST_F(Bulk, NobodyIsHeardAfterTheLastConnection) {
  const int port = receiver->port();
  EXPECT_TRUE(Listens(port));
  BulkSender sender("127.0.0.1", port, kKey);
  Await(sender.fd());
  ASSERT_EQ(sender.state(), BulkSender::State::kOpen);
  for (int i = 0; i < 1500 && Listens(port); ++i) ::usleep(10000);  // it would listen for 30 s if nobody had come
  EXPECT_FALSE(Listens(port));
}

// It would not be told that a file which went into a closed connection has been lost.
TEST_F(Bulk, AReceiverThatGoesAwayIsNoticedByASenderThatWaits) {
  BulkSender sender("127.0.0.1", receiver->port(), kKey);
  Await(sender.fd());
  sender.Hush();
  receiver.reset();
  Await(sender.fd());
  EXPECT_EQ(sender.state(), BulkSender::State::kBroken);
}

TEST_F(Bulk, AReceiverThatGoesAwayIsNoticed) {
  BulkSender sender("127.0.0.1", receiver->port(), kKey);
  Await(sender.fd());
  sender.Hush();
  receiver.reset();
  std::string file = FileOf(folder.path(), "big", 64 << 20);
  for (int i = 0; i < kBulkSockets; ++i) sender.Put(std::to_string(i), file);
  Await(sender.fd());
  EXPECT_EQ(sender.state(), BulkSender::State::kBroken);
  EXPECT_EQ(*List(folder.path()), std::vector<std::string>{"big"});
}

// What came of a file whose connection is cut is no file, and one whose parcel announces more than its frame holds is cut.
TEST_F(Bulk, AFileThatStopsInTheMiddleIsNone) {
  const std::string whole = Packed({{"op", "put"}, {"path", "a"}, {"last", false}}, std::string(1000, 'a'));
  for (const bool announced : {false, true}) {
    const int socket = ConnectWithin("127.0.0.1", receiver->port(), 60000);
    auto sealed = Sealed::Meet(socket, kKey, announced, /*connector=*/true);
    ASSERT_TRUE(sealed && sealed->Send(whole));
    for (int i = 0; i < 6000 && List(folder.path())->empty(); ++i) ::usleep(10000);
    EXPECT_EQ(List(folder.path())->size(), 1u);
    if (announced) {
      ASSERT_TRUE(sealed->Send(std::string_view(whole).substr(0, whole.size() - 1)));
      auto end = sealed->Receive();
      EXPECT_TRUE(!end || end->empty());
    } else {
      ::shutdown(socket, SHUT_RDWR);
    }
    for (int i = 0; i < 6000 && !List(folder.path())->empty(); ++i) ::usleep(10000);
    EXPECT_TRUE(List(folder.path())->empty());
    EXPECT_TRUE(receiver->Take().empty());
  }
}

}  // namespace
}  // namespace ferry::relay
