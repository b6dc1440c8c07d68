#include "kernel/relay/wire.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <cerrno>
#include <charconv>
#include <ctime>

#include "kernel/relay/members.h"
#include "util/check.h"

namespace ferry::relay {
namespace {

constexpr std::string_view kDelimiter = "<IDS|MSG>";
constexpr std::string_view kProtocol = "5.4";

std::string Hex(const unsigned char* bytes, std::size_t size) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string Now() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc;
  gmtime_r(&now.tv_sec, &utc);
  char text[64];
  std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + size, sizeof text - size, ".%06ldZ", now.tv_nsec / 1000);
  return text;
}

constexpr int kDeepest = 512;  // arrays and objects in each other; Python reads 1000 of them, and xeus writes them by recursion

// Events of the parser: goes on while they are those of an object that is nested no deeper.
struct ShallowObject {
  int depth = 0;
  bool Opens(bool object) { return (object || depth > 0) && ++depth <= kDeepest; }
  bool Closes() { return --depth >= 0; }
  bool null() { return depth > 0; }
  bool boolean(bool) { return depth > 0; }
  bool number_integer(json::number_integer_t) { return depth > 0; }
  bool number_unsigned(json::number_unsigned_t) { return depth > 0; }
  bool number_float(json::number_float_t, const json::string_t&) { return depth > 0; }
  bool string(json::string_t&) { return depth > 0; }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return Opens(true); }
  bool key(json::string_t&) { return true; }
  bool end_object() { return Closes(); }
  bool start_array(std::size_t) { return Opens(false); }
  bool end_array() { return Closes(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }
};

json ObjectOf(std::string_view text) {
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return json::object();
  return value;  // moved: a copy of what is nested very deep would need as deep a stack
}

}  // namespace

std::string StringAt(const json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool FlagAt(const json& object, const char* key, bool otherwise) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

std::string FromHex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned char byte = 0;
    auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc() || end != text.data() + i + 2) return "";
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string RandomHex(int bytes) {
  std::vector<unsigned char> random(bytes);
  ssize_t got;
  do {
    got = getrandom(random.data(), random.size(), 0);
  } while (got < 0 && errno == EINTR);
  CHECK(got == bytes);
  return Hex(random.data(), random.size());
}

std::string Text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string Signer::Sign(const std::array<std::string_view, 4>& parts) const {
  if (key_.empty()) return "";
  // OpenSSL 3 deprecates the piecewise HMAC; the four parts are small beside the buffers, which are never signed.
  std::string joined;
  joined.reserve(parts[0].size() + parts[1].size() + parts[2].size() + parts[3].size());
  for (auto part : parts) joined += part;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
             reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), digest, &size));
  return Hex(digest, size);
}

bool Signer::Check(std::string_view signature, const std::array<std::string_view, 4>& parts) const {
  if (key_.empty()) return true;
  std::string expected = Sign(parts);
  return signature.size() == expected.size() && CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

std::optional<Message> Message::Parse(Frames frames) {
  Message m;
  while (m.delimiter_ < frames.size() && frames[m.delimiter_].to_string_view() != kDelimiter) ++m.delimiter_;
  if (m.delimiter_ + 6 > frames.size()) return std::nullopt;
  m.frames_ = std::move(frames);
  const bool whole = EachMember(m.header(), [&](std::string_view name, std::string_view value) {
    if (name == "msg_type") m.type_ = Unquoted(value);
    else if (name == "msg_id") m.id_ = Unquoted(value);
    else if (name == "session") m.session_ = Unquoted(value);
    else if (name == "date") m.date_ = Unquoted(value);
  });
  if (!whole || m.type_.empty() || m.id_.empty()) return std::nullopt;
  m.parent_id_ = Unquoted(MemberOf(m.Part(3), "msg_id"));
  return m;
}

Message Message::Copy() const {
  Message copy;
  for (const zmq::message_t& frame : frames_) {
    // Sharing counts references inside of the frame, which says nothing of its bytes.
    copy.frames_.emplace_back().copy(const_cast<zmq::message_t&>(frame));
  }
  copy.delimiter_ = delimiter_;
  copy.type_ = type_;
  copy.id_ = id_;
  copy.session_ = session_;
  copy.parent_id_ = parent_id_;
  copy.date_ = date_;
  return copy;
}

Frames Message::Resigned(Frames frames, const Signer& signer) {
  auto delimiter = std::find_if(frames.begin(), frames.end(), [](const zmq::message_t& f) { return f.to_string_view() == kDelimiter; });
  if (frames.end() - delimiter < 6) return frames;
  const std::string signature = signer.Sign({delimiter[2].to_string_view(), delimiter[3].to_string_view(), delimiter[4].to_string_view(),
                                             delimiter[5].to_string_view()});
  delimiter[1] = zmq::message_t(signature.data(), signature.size());
  return frames;
}

bool Message::SignedBy(const Signer& signer) const {
  return signer.Check(Part(1), {Part(2), Part(3), Part(4), Part(5)});
}

bool Message::Readable() const {
  for (std::string_view text : {header(), Part(3), metadata_text(), content_text()}) {
    ShallowObject events;
    if (!json::sax_parse(text, &events)) return false;
  }
  return true;
}

bool Message::HeaderReadable() const { return json::accept(header()); }

std::string Message::ContentString(std::string_view name) const { return Unquoted(MemberOf(content_text(), name)); }
json Message::Content() const { return ObjectOf(content_text()); }
json Message::Metadata() const { return ObjectOf(metadata_text()); }

Frames Message::Identities() const {
  Frames copies;
  for (std::size_t i = 0; i < delimiter_; ++i) copies.emplace_back(frames_[i].data(), frames_[i].size());
  return copies;
}

Author::Author(Signer signer) : signer_(std::move(signer)), session_(RandomHex(16)), prefix_("ferry-" + RandomHex(8) + "-") {}

Frames Author::Make(Frames identities, std::string_view type, std::string_view parent, std::string_view content) {
  std::string header = Text({{"msg_id", prefix_ + std::to_string(++count_)},
                             {"session", session_},
                             {"username", "ferry"},
                             {"date", Now()},
                             {"msg_type", type},
                             {"version", kProtocol}});
  std::string signature = signer_.Sign({header, parent, "{}", content});
  Frames frames = std::move(identities);
  for (std::string_view part : {kDelimiter, std::string_view(signature), std::string_view(header), parent,
                                std::string_view("{}"), content}) {
    frames.emplace_back(part.data(), part.size());
  }
  return frames;
}

}  // namespace ferry::relay
