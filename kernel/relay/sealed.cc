#include "kernel/relay/sealed.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel/relay/parcel.h"
#include "util/check.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kTag = 16, kLongest = kLargestBody + (64 << 10), kLength = 4;
constexpr int kGreet = 5, kPatience = 60;  // seconds: for hellos; for a wire that takes nothing

Error Broken(const char* what) { return {Code::kIo, std::string("a bulk connection ") + what, ""}; }

bool WriteAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(wrote);
  }
  return true;
}

// How many bytes came before the end, an error or the limit; all of them where nothing went wrong.
std::size_t ReadAll(int socket, char* to, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    ssize_t now = ::recv(socket, to + got, size - got, 0);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) break;
    got += now;
  }
  return got;
}

// Reads and writes take no longer than so many seconds; 0: as long as it takes.
void LimitWaits(int socket, int read, int write) {
  timeval limit{read, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  limit.tv_sec = write;
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// The other end may be silent while a session is saved; if it is gone, that shows.
void Watch(int socket) {
  int on = 1, every = kPatience / 4, limit = kPatience * 1000;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &every, sizeof every);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

}  // namespace

// One direction's cipher and the number of its next frame.
struct Sealed::Direction {
  std::array<unsigned char, 32> key;
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> cipher{::EVP_CIPHER_CTX_new(), ::EVP_CIPHER_CTX_free};
  std::uint64_t frames = 0;

  Direction(std::string_view secret, int number, const char* way) {
    std::string text = "ferry-bulk/1 " + std::to_string(number) + " " + way;
    CHECK(::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
                 text.size(), key.data(), nullptr) != nullptr);
  }

  // Starts the next frame: its nonce, and its length as what is authenticated with it.
  void Begin(bool seal, const unsigned char* length) {
    unsigned char nonce[12] = {};
    for (int i = 0; i < 8; ++i) nonce[4 + i] = static_cast<unsigned char>(frames >> (8 * i));
    ++frames;
    int none;
    CHECK(::EVP_CipherInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr, key.data(), nonce, seal) == 1 &&
          ::EVP_CipherUpdate(cipher.get(), nullptr, &none, length, kLength) == 1);
  }
};

Sealed::Sealed(int socket, std::string_view key, int number, bool connector)
    : socket_(socket),
      out_(std::make_unique<Direction>(key, number, connector ? "there" : "back")),
      in_(std::make_unique<Direction>(key, number, connector ? "back" : "there")) {}

Sealed::Sealed(Sealed&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), out_(std::move(other.out_)), in_(std::move(other.in_)), frame_(std::move(other.frame_)) {}

Sealed::~Sealed() {
  if (socket_ >= 0) ::close(socket_);
}

Result<Sealed> Sealed::Meet(int socket, std::string_view key, int number, bool connector) {
  CHECK(key.size() == kBulkKeyBytes);
  Sealed sealed(socket, key, number, connector);
  LimitWaits(socket, kGreet, kGreet);
  int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const char first = static_cast<char>(number);
  const std::string hello = Packed({{"op", "hello"}});
  bool said = (!connector || WriteAll(socket, {&first, 1})) && sealed.Send(hello);
  auto theirs = said ? sealed.Receive(hello.size() + kTag) : Result<std::string>(Broken("broke"));
  if (!theirs || *theirs != hello) {
    sealed.socket_ = -1;
    return Error{Code::kRefused, "the other end of a bulk connection does not hold its key", ""};
  }
  LimitWaits(socket, 0, kPatience);
  Watch(socket);
  return sealed;
}

int Sealed::NumberOf(int socket) {
  LimitWaits(socket, kGreet, kGreet);
  unsigned char first;
  return ReadAll(socket, reinterpret_cast<char*>(&first), 1) == 1 ? first : -1;
}

Result<void> Sealed::Send(std::string_view plain) {
  const std::size_t size = plain.size() + kTag;
  CHECK(size <= kLongest);
  frame_.resize(kLength + size);
  auto* bytes = reinterpret_cast<unsigned char*>(frame_.data());
  for (std::size_t i = 0; i < kLength; ++i) bytes[i] = static_cast<unsigned char>(size >> (8 * i));
  out_->Begin(/*seal=*/true, bytes);
  int wrote = 0, rest = 0;
  CHECK(::EVP_CipherUpdate(out_->cipher.get(), bytes + kLength, &wrote, reinterpret_cast<const unsigned char*>(plain.data()),
                           static_cast<int>(plain.size())) == 1 &&
        ::EVP_CipherFinal_ex(out_->cipher.get(), bytes + kLength + wrote, &rest) == 1 &&
        ::EVP_CIPHER_CTX_ctrl(out_->cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, bytes + kLength + plain.size()) == 1);
  return WriteAll(socket_, frame_) ? Result<void>() : Broken("broke");
}

Result<std::string> Sealed::Receive() { return Receive(kLongest); }

// Nothing longer is even read: who has not said hello has no claim on memory.
Result<std::string> Sealed::Receive(std::size_t longest) {
  unsigned char length[kLength];
  const std::size_t got = ReadAll(socket_, reinterpret_cast<char*>(length), kLength);
  if (got == 0) return std::string();
  std::size_t size = 0;
  for (int i = kLength - 1; i >= 0; --i) size = size << 8 | length[i];
  if (got < kLength || size < kTag || size > longest) return Broken("was cut");
  frame_.resize(size);
  if (ReadAll(socket_, frame_.data(), size) != size) return Broken("was cut");
  auto* bytes = reinterpret_cast<unsigned char*>(frame_.data());
  std::string plain(size - kTag, '\0');
  auto* to = reinterpret_cast<unsigned char*>(plain.data());
  int wrote = 0, rest = 0;
  in_->Begin(/*seal=*/false, length);
  if (::EVP_CipherUpdate(in_->cipher.get(), to, &wrote, bytes, static_cast<int>(plain.size())) != 1 ||
      ::EVP_CIPHER_CTX_ctrl(in_->cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, bytes + plain.size()) != 1 ||
      ::EVP_CipherFinal_ex(in_->cipher.get(), to + wrote, &rest) != 1) {
    return Error{Code::kRefused, "a frame of a bulk connection is not from its other end", ""};
  }
  return plain;
}

bool Sealed::alive() const {
  char next;
  const ssize_t got = ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

int ConnectWithin(const std::string& address, int port, int most_ms) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return -1;
  int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool connected = fd >= 0 && (::connect(fd, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS);
  ::freeaddrinfo(found);
  pollfd wait{fd, POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  connected = connected && ::poll(&wait, 1, most_ms) == 1 && ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  if (!connected) {
    if (fd >= 0) ::close(fd);
    return -1;
  }
  ::fcntl(fd, F_SETFL, 0);  // blocking from here on
  return fd;
}

}  // namespace ferry::relay
