#include "serializer/image/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "util/file.h"

namespace ferry::image {
namespace {

constexpr std::uint64_t kPiece = 16 << 20;
constexpr std::size_t kRead = 256 << 10;
constexpr unsigned kThreads = 8;

using Sum = std::array<unsigned char, 32>;

class Hasher {
 public:
  Hasher() : context_(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free) { CHECK(::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr)); }
  void Add(const void* data, std::size_t size) { CHECK(::EVP_DigestUpdate(context_.get(), data, size)); }
  Sum Finish() {
    Sum sum;
    CHECK(::EVP_DigestFinal_ex(context_.get(), sum.data(), nullptr));
    return sum;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

struct Piece {
  std::size_t file;
  std::uint64_t from, bytes;
  Sum sum{};
};

Result<void> HashPiece(int fd, const std::string& path, Piece& piece, char* buffer) {
  Hasher hasher;
  for (std::uint64_t at = 0; at < piece.bytes;) {
    const ssize_t n = ::pread(fd, buffer, std::min<std::uint64_t>(kRead, piece.bytes - at), static_cast<off_t>(piece.from + at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "read", path);
    if (n == 0) return Error{Code::kCorrupt, path + " became shorter while it was read", ""};
    hasher.Add(buffer, static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  piece.sum = hasher.Finish();
  return {};
}

std::string Hex(const Sum& sum) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : sum) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

}  // namespace

Result<std::vector<Hashed>> HashFiles(const std::vector<std::string>& paths) {
  std::vector<File> files;
  std::vector<Hashed> hashed(paths.size());
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto file = File::Read(paths[i]);
    if (!file) return file.error();
    auto size = file->Size();
    if (!size) return size.error();
    hashed[i].bytes = *size;
    for (std::uint64_t from = 0; from < *size; from += kPiece) pieces.push_back({i, from, std::min(kPiece, *size - from)});
    files.push_back(*std::move(file));
  }
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> failed;
  auto work = [&] {
    auto buffer = std::make_unique<char[]>(kRead);
    for (std::size_t i; (i = next++) < pieces.size();) {
      const std::size_t file = pieces[i].file;
      auto done = HashPiece(files[file].fd(), paths[file], pieces[i], buffer.get());
      std::lock_guard<std::mutex> lock(mutex);
      if (!done) failed = done.error();
      if (failed) return;
    }
  };
  const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1u, kThreads);
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < cores && i < pieces.size(); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (failed) return *failed;
  std::vector<Hasher> sums(paths.size());
  for (const Piece& piece : pieces) sums[piece.file].Add(piece.sum.data(), piece.sum.size());
  for (std::size_t i = 0; i < paths.size(); ++i) hashed[i].sha256 = Hex(sums[i].Finish());
  return hashed;
}

}  // namespace ferry::image
