#include "serializer/store/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include "util/file.h"

namespace ferry::store {
namespace {

constexpr std::string_view kHead = "ferry-key 1 ";
constexpr std::size_t kSecretBytes = 32;

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char c : bytes) text += {kDigits[c >> 4], kDigits[c & 15]};
  return text;
}

int Digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{::EVP_MD_CTX_new(), ::EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(state_->context && ::EVP_DigestInit_ex(state_->context.get(), ::EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::Add(std::string_view bytes) { CHECK(::EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1); }

std::string Sha256::Finish() {
  std::string sum(32, '\0');
  CHECK(::EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(sum.data()), nullptr) == 1);
  return sum;
}

std::string Sha256::Of(std::string_view bytes) {
  Sha256 sum;
  sum.Add(bytes);
  return sum.Finish();
}

Result<UserKey> UserKey::Parse(std::string_view line) {
  const Error invalid{Code::kInvalid, "this is no key of Kernelferry", "make one with: jupyter ferry key export"};
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (!line.starts_with(kHead) || line.size() != kHead.size() + 2 * kSecretBytes) return invalid;
  std::string secret;
  for (std::size_t at = kHead.size(); at < line.size(); at += 2) {
    const int high = Digit(line[at]), low = Digit(line[at + 1]);
    if (high < 0 || low < 0) return invalid;
    secret += static_cast<char>(high << 4 | low);
  }
  return UserKey(std::move(secret));
}

Result<UserKey> UserKey::Of(const StoreFiles& files) {
  auto line = ReadFile(files.Key(), 4096);
  if (line) {
    auto key = Parse(*line);
    return key ? key : Result<UserKey>(key.error().Within(files.Key()));
  }
  if (line.error().code != Code::kNotFound) return line.error();
  std::string secret(kSecretBytes, '\0');
  CHECK(::getrandom(secret.data(), secret.size(), 0) == static_cast<ssize_t>(secret.size()));
  const UserKey made(std::move(secret));
  if (auto r = made.Keep(files); !r) return r.error();
  return made;
}

Result<void> UserKey::Keep(const StoreFiles& files) const {
  if (auto r = MakeDirectory(files.Home()); !r) return r;
  return Replace(files.Key(), Line());
}

std::string UserKey::Line() const { return std::string(kHead) + Hex(secret_) + "\n"; }

std::string UserKey::Name() const { return Hex(Sha256::Of(secret_)).substr(0, 16); }

std::string UserKey::Seal(std::string_view bytes) const {
  std::string seal(kSealBytes, '\0');
  CHECK(::HMAC(::EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
               bytes.size(), reinterpret_cast<unsigned char*>(seal.data()), nullptr) != nullptr);
  return seal;
}

bool UserKey::Sealed(std::string_view bytes, std::string_view seal) const {
  return seal.size() == kSealBytes && ::CRYPTO_memcmp(Seal(bytes).data(), seal.data(), kSealBytes) == 0;
}

}  // namespace ferry::store
