// The wire format of Jupyter: [identities..., "<IDS|MSG>", signature, header, parent header, metadata, content, buffers...].
//
// The relay forwards frames as they came: both legs share one key, so a signature stays valid. It reads the two headers,
// and the content only where it must. Clients refuse a signature that they have seen, so nothing is ever sent twice: what
// the relay says itself gets a fresh msg_id from an Author.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

namespace ferry::relay {

using nlohmann::json;
using Frames = std::vector<zmq::message_t>;

// `bytes` random bytes of the system as lower-case hex digits.
std::string RandomHex(int bytes);
std::string FromHex(std::string_view text);  // its bytes; "" where it is no hex

// The string or flag at `key` of an object; the default where there is none or it is something else. Front ends may send
// anything.
std::string StringAt(const json& object, const char* key);
bool FlagAt(const json& object, const char* key, bool otherwise);

// JSON text; bytes that are not UTF-8 are replaced, never thrown about.
std::string Text(const json& value);

// HMAC-SHA256 with the key of the connection file. An empty key means unsigned messages, as the protocol says.
class Signer {
 public:
  explicit Signer(std::string key) : key_(std::move(key)) {}
  std::string Sign(const std::array<std::string_view, 4>& parts) const;  // lower-case hex, or "" without a key
  bool Check(std::string_view signature, const std::array<std::string_view, 4>& parts) const;  // constant time

 private:
  std::string key_;
};

// One message whose shape and headers were understood.
class Message {
 public:
  // nullopt: no delimiter, too few frames, or headers that are not what the protocol says.
  static std::optional<Message> Parse(Frames frames);

  const std::string& type() const { return type_; }
  const std::string& id() const { return id_; }
  const std::string& session() const { return session_; }
  const std::string& parent_id() const { return parent_id_; }
  const std::string& date() const { return date_; }  // when it was written, as its header says; may be anything
  bool Is(std::string_view type) const { return type_ == type; }
  bool IsRequest() const { return type_.ends_with("_request"); }

  bool SignedBy(const Signer& signer) const;
  // Whether the header is JSON at all. What is parsed is only known to be an object with an id and a type.
  bool HeaderReadable() const;
  // Whether headers, metadata and content are JSON objects, nested no deeper than 512: what an engine can read at all.
  bool Readable() const;
  std::string_view header() const { return Part(2); }
  std::string_view metadata_text() const { return Part(4); }
  std::string_view content_text() const { return Part(5); }
  std::string ContentString(std::string_view name) const;  // that string in the content of a message that is readable; "" without one
  json Content() const;               // an empty object where the content is not an object
  json Metadata() const;              // the same
  Frames Identities() const;          // copies of the frames before the delimiter
  Frames Take() && { return std::move(frames_); }
  Message Copy() const;               // shares the bytes of large frames

  // The same message signed with another key.
  static Frames Resigned(Frames frames, const Signer& signer);

 private:
  std::string_view Part(std::size_t after_delimiter) const { return frames_[delimiter_ + after_delimiter].to_string_view(); }

  Frames frames_;
  std::size_t delimiter_ = 0;
  std::string type_, id_, session_, parent_id_, date_;
};

// Writes the relay's own messages. One thread.
class Author {
 public:
  explicit Author(Signer signer);

  // The session id in our headers. JupyterLab drops what it still handles of one session id when a message of another
  // arrives, so the relay speaks with the id of its engine once it knows it.
  void Adopt(const std::string& session) { session_ = session; }
  const std::string& session() const { return session_; }

  // `parent` is the raw header of the message that this one answers, or "{}".
  Frames Make(Frames identities, std::string_view type, std::string_view parent, std::string_view content);

  // Whether a message of ours carried this id (answers to it are the relay's business, not a front end's).
  bool Wrote(std::string_view msg_id) const { return msg_id.starts_with(prefix_); }

 private:
  Signer signer_;
  std::string session_, prefix_;
  std::uint64_t count_ = 0;
};

}  // namespace ferry::relay
