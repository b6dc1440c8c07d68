#include "kernel/relay/parcel.h"

#include <cstring>
#include <utility>

#include "util/check.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kLongestChatter = 64 << 10;  // of a login shell before the greeting

std::uint32_t Number(const char* bytes) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

void AddNumber(std::string& to, std::size_t number) {
  for (int i = 0; i < 4; ++i) to += static_cast<char>(number >> (8 * i) & 255);
}

}  // namespace

std::string Packed(const json& head, std::string_view body) {
  std::string text = Text(head), packed;
  CHECK(text.size() <= kLargestHead && body.size() <= kLargestBody);
  packed.reserve(8 + text.size() + body.size());
  AddNumber(packed, text.size());
  AddNumber(packed, body.size());
  return packed.append(text).append(body);
}

// What was read is let go of here, too: who adds whole parcels never asks for one that is not there.
void ParcelReader::Add(std::string_view bytes) {
  buffer_.erase(0, std::exchange(read_, 0));
  buffer_.append(bytes);
}

Result<std::optional<Parcel>> ParcelReader::Next() {
  if (!greeting_.empty()) {
    std::size_t at = buffer_.find(greeting_);
    if (at == std::string::npos) {
      if (buffer_.size() > kLongestChatter) return Error{Code::kCorrupt, "the other end does not speak as Kernelferry does", ""};
      return std::optional<Parcel>();
    }
    buffer_.erase(0, at + greeting_.size());
    greeting_.clear();
  }
  std::string_view rest = std::string_view(buffer_).substr(read_);
  std::size_t head = rest.size() >= 8 ? Number(rest.data()) : 0, body = rest.size() >= 8 ? Number(rest.data() + 4) : 0;
  if (head > kLargestHead || body > kLargestBody) return Error{Code::kCorrupt, "a parcel is larger than any that is sent", ""};
  if (rest.size() < 8 || rest.size() < 8 + head + body) {
    buffer_.erase(0, std::exchange(read_, 0));
    return std::optional<Parcel>();
  }
  Parcel parcel{json::parse(rest.substr(8, head), nullptr, /*allow_exceptions=*/false), std::string(rest.substr(8 + head, body))};
  if (!parcel.head.is_object()) return Error{Code::kCorrupt, "the head of a parcel is not a JSON object", ""};
  read_ += 8 + head + body;
  return std::optional<Parcel>(std::move(parcel));
}

}  // namespace ferry::relay
