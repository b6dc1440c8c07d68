#include "kernel/engine/dap_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace ferry::engine {
namespace {

constexpr std::string_view kHeaderEnds = "\r\n\r\n", kLength = "content-length:";

Error Broken(const std::string& what) { return {Code::kCorrupt, "debugpy sent " + what, ""}; }

bool IsLength(std::string_view line) {
  return line.size() >= kLength.size() && std::equal(kLength.begin(), kLength.end(), line.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

Result<std::size_t> LengthIn(std::string_view header) {
  std::optional<std::size_t> length;
  while (!header.empty()) {
    const std::string_view line = header.substr(0, header.find("\r\n"));
    header.remove_prefix(std::min(header.size(), line.size() + 2));
    if (!IsLength(line)) continue;
    std::string_view digits = line.substr(kLength.size());
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    std::size_t value = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (length || digits.empty() || fault != std::errc() || end != digits.data() + digits.size() || value > DapReader::kMostBody)
      return Broken("the length '" + std::string(line) + "'");
    length = value;
  }
  if (!length) return Broken("a header without a length");
  return *length;
}

bool IsHalf(std::string_view text, char low, char high) {  // "\udXYY" with low <= X <= high
  return text.size() >= 6 && text[0] == '\\' && text[1] == 'u' && (text[2] | 0x20) == 'd' && (text[3] | 0x20) >= low && (text[3] | 0x20) <= high;
}

// Python spells half of a surrogate pair as it is, which is no JSON: each becomes U+FFFD.
std::string WithoutHalves(std::string text) {
  for (std::size_t i = 0; (i = text.find('\\', i)) != std::string::npos;) {
    const std::string_view rest = std::string_view(text).substr(i);
    const auto first = [&](std::string_view at) { return IsHalf(at, '8', '9') || IsHalf(at, 'a', 'b'); };
    const auto second = [&](std::string_view at) { return IsHalf(at, 'c', 'f'); };
    if (first(rest) && second(rest.substr(6))) {
      i += 12;
    } else if (first(rest) || second(rest)) {
      text.replace(i, 6, "\\ufffd");
      i += 6;
    } else {
      i += 2;
    }
    if (i >= text.size()) break;
  }
  return text;
}

Result<nl::json> Parse(std::string body) {
  const auto shallow = [](int depth, nl::json::parse_event_t, nl::json&) {
    if (depth > DapReader::kDeepest) throw std::length_error("is nested too deeply");
    return true;
  };
  try {
    nl::json message = nl::json::parse(WithoutHalves(std::move(body)), shallow);
    if (!message.is_object()) return Broken("what is no message");
    return message;
  } catch (std::exception& error) {
    return Broken(std::string("a message that cannot be read: ") + error.what());
  }
}

}  // namespace

std::string DapText(const nl::json& message) {
  const std::string body = message.dump(-1, ' ', /*ensure_ascii=*/false, nl::json::error_handler_t::replace);
  return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<std::vector<nl::json>> DapReader::Take(std::string_view bytes) {
  pending_ += bytes;
  std::vector<nl::json> messages;
  std::size_t done = 0;
  for (;;) {
    if (!length_) {
      const std::size_t end = pending_.find(kHeaderEnds, std::max(done, searched_));
      const std::size_t header = end == std::string::npos ? pending_.size() - std::min(pending_.size(), kHeaderEnds.size() - 1) : end;
      if (header > done + kMostHeader) return Broken("a header without an end");
      if (end == std::string::npos) break;
      Result<std::size_t> length = LengthIn(std::string_view(pending_).substr(done, end - done));
      if (!length) return length.error();
      length_ = *length;
      done = end + kHeaderEnds.size();
    }
    if (pending_.size() - done < *length_) break;
    Result<nl::json> message = Parse(pending_.substr(done, *length_));
    if (!message) return message.error();
    messages.push_back(std::move(*message));
    done += *std::exchange(length_, std::nullopt);
  }
  pending_.erase(0, done);
  searched_ = length_ || pending_.size() < kHeaderEnds.size() ? 0 : pending_.size() - kHeaderEnds.size() + 1;
  return messages;
}

}  // namespace ferry::engine
