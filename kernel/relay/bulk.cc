#include "kernel/relay/bulk.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "kernel/relay/parcel.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

constexpr int kConnectMs = 1000;
constexpr int kMostCallers = 16;                     // who is heard, ours among them: nobody can start threads without end
constexpr std::chrono::milliseconds kListen{30000};  // how long, whoever calls
constexpr std::chrono::seconds kLookEvery{1};        // at a connection on which nothing is sent

}  // namespace

// -- the sender

BulkSender::BulkSender(std::string address, int port, std::string key) {
  for (int i = 0; i < kBulkSockets; ++i) threads_.emplace_back([=, this] { Serve(i, address, port, key); });
}

BulkSender::~BulkSender() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
    for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BulkSender::Put(const std::string& name, const std::string& file) {
  {
    std::lock_guard lock(mutex_);
    files_.emplace_back(name, file);
  }
  wake_.notify_one();
}

void BulkSender::Become(State state) {
  if (state_.exchange(state) != state) bell_.Set();
}

void BulkSender::Serve(int number, const std::string& address, int port, const std::string& key) {
  const int socket = ConnectWithin(address, port, kConnectMs);
  if (socket < 0) return Become(State::kBroken);
  {
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    if (over_) ::shutdown(socket, SHUT_RDWR);
  }
  auto sealed = Sealed::Meet(socket, key, number, /*connector=*/true);
  State connecting = State::kConnecting;
  if (sealed && --trying_ == 0 && state_.compare_exchange_strong(connecting, State::kOpen)) bell_.Set();
  if (!sealed || !SendFiles(*sealed)) Become(State::kBroken);
  std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  if (!sealed) ::close(socket);
}

Result<void> BulkSender::SendFiles(Sealed& to) {
  while (true) {
    std::pair<std::string, std::string> next;
    {
      std::unique_lock lock(mutex_);
      const bool woken = wake_.wait_for(lock, kLookEvery, [&] { return over_ || !files_.empty(); });
      if (over_) return {};
      if (!to.alive()) return Error{Code::kIo, "a bulk connection was cut", ""};
      if (!woken) continue;
      next = std::move(files_.front());
      files_.pop_front();
    }
    auto file = Mapped::Open(next.second);
    if (!file) return file.error();
    std::string_view rest = file->bytes();
    do {
      std::string_view piece = rest.substr(0, kPiece);
      rest.remove_prefix(piece.size());
      if (auto sent = to.Send(Packed({{"op", "put"}, {"path", next.first}, {"last", rest.empty()}}, piece)); !sent) return sent;
      sent_ += piece.size();
      std::lock_guard lock(mutex_);
      if (over_) return {};
    } while (!rest.empty());
  }
}

// -- the receiver

Result<std::unique_ptr<BulkReceiver>> BulkReceiver::Listen(const std::string& address, std::string key, std::string stem) {
  const Error none{Code::kIo, "no port can be had", ""};
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  if (address.empty() || ::getaddrinfo(address.c_str(), "0", &hints, &found) != 0) return none;
  int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool listens = fd >= 0 && ::bind(fd, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd, kMostCallers) == 0;
  ::freeaddrinfo(found);
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  char port[8] = "";
  listens = listens && ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
            ::getnameinfo(reinterpret_cast<sockaddr*>(&name), size, nullptr, 0, port, sizeof port, NI_NUMERICSERV) == 0;
  if (!listens) {
    if (fd >= 0) ::close(fd);
    return none;
  }
  return std::unique_ptr<BulkReceiver>(new BulkReceiver(fd, std::stoi(port), std::move(key), std::move(stem)));
}

BulkReceiver::BulkReceiver(int listener, int port, std::string key, std::string stem)
    : listener_(listener), port_(port), key_(std::move(key)), stem_(std::move(stem)) {
  std::lock_guard lock(mutex_);  // it adds to the threads
  threads_.emplace_back([this] { Accept(); });
}

BulkReceiver::~BulkReceiver() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
    for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    ::shutdown(listener_, SHUT_RDWR);
  }
  threads_.front().join();  // it starts the others
  for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
  for (const Arrival& left : arrivals_) (void)Remove(left.temporary);
  ::close(listener_);
}

// Until every connection is there, or too many others were, or the time is over.
void BulkReceiver::Accept() {
  const auto end = std::chrono::steady_clock::now() + kListen;
  pollfd wait{listener_, POLLIN, 0};
  for (int i = 0; i < kMostCallers; ++i) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) != 1 || wait.revents != POLLIN) break;
    int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    std::lock_guard lock(mutex_);
    if (over_) {
      ::close(socket);
      break;
    }
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
  ::shutdown(listener_, SHUT_RDWR);
}

void BulkReceiver::Serve(int socket) {
  const int number = Sealed::NumberOf(socket);
  const bool ours = number >= 0 && number < kBulkSockets;
  auto sealed = ours ? Sealed::Meet(socket, key_, number, /*connector=*/false) : Result<Sealed>(Error{Code::kRefused, "a stranger", ""});
  bool fresh = false;
  {
    std::lock_guard lock(mutex_);
    fresh = sealed && std::find(numbers_.begin(), numbers_.end(), number) == numbers_.end();
    if (fresh) numbers_.push_back(number);
    if (numbers_.size() == kBulkSockets) ::shutdown(listener_, SHUT_RDWR);
  }
  if (fresh) TakeFiles(*sealed);
  std::lock_guard lock(mutex_);  // before the socket is closed, and its number given to another
  std::erase(sockets_, socket);
  if (!sealed) ::close(socket);
}

void BulkReceiver::TakeFiles(Sealed& from) {
  ParcelReader reader("");
  std::optional<File> file;
  std::string temporary;
  while (true) {
    auto plain = from.Receive();
    if (!plain || plain->empty()) break;
    reader.Add(*plain);
    auto parcel = reader.Next();
    if (!parcel || !*parcel || StringAt((*parcel)->head, "op") != "put") break;
    Result<void> written;
    if (!file) {
      {
        std::lock_guard lock(mutex_);
        temporary = stem_ + std::to_string(files_++) + ".tmp";
      }
      auto created = File::Create(temporary);
      if (created) file.emplace(std::move(*created));
      else written = created.error();
    }
    if (file) written = file->Write((*parcel)->body);
    if (!written) return Tell({StringAt((*parcel)->head, "path"), temporary, written.error()});  // the rest need not come
    if (!FlagAt((*parcel)->head, "last", true)) continue;
    file->StartWriteback();
    file.reset();
    Tell({StringAt((*parcel)->head, "path"), temporary, std::nullopt});
  }
  if (file) (void)Remove(temporary);
}

void BulkReceiver::Tell(Arrival arrival) {
  std::lock_guard lock(mutex_);
  arrivals_.push_back(std::move(arrival));
  bell_.Set();
}

std::vector<BulkReceiver::Arrival> BulkReceiver::Take() {
  bell_.Clear();
  std::lock_guard lock(mutex_);
  return std::exchange(arrivals_, {});
}

}  // namespace ferry::relay
