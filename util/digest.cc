#include "util/digest.h"

#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>  // takes the widest vectors this processor has; twice as fast
#endif

#include <charconv>
#include <cstdio>

namespace ferry {

std::string Digest::Hex() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text;
}

std::optional<Digest> Digest::FromHex(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  Digest d;
  for (auto [part, at] : {std::pair{&d.high, text.data()}, std::pair{&d.low, text.data() + 16}}) {
    auto [end, error] = std::from_chars(at, at + 16, *part, 16);
    if (error != std::errc() || end != at + 16) return std::nullopt;
  }
  return d;
}

Digest DigestOf(const void* data, std::size_t size) {
  XXH128_hash_t h = XXH3_128bits(data, size);
  return {h.high64, h.low64};
}

struct Digester::State {
  XXH3_state_t* xxh = XXH3_createState();
  ~State() { XXH3_freeState(xxh); }
};

Digester::Digester() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->xxh); }
Digester::~Digester() = default;

void Digester::Add(const void* data, std::size_t size) { XXH3_128bits_update(state_->xxh, data, size); }

Digest Digester::Finish() const {
  XXH128_hash_t h = XXH3_128bits_digest(state_->xxh);
  return {h.high64, h.low64};
}

}  // namespace ferry
