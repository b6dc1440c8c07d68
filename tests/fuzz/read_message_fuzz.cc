// Any frames whatever, given to the relay as a message of a front end or an engine: refused, or understood without harm to a
// frame; what nobody signed is told from what the key signed; and what the relay answers is itself a signed message.
#include <cstddef>
#include <cstdint>

#include "kernel/relay/wire.h"
#include "util/check.h"

namespace {

using namespace ferry::relay;

// The input as frames: two bytes of length before each, the delimiter and the signature written out where a frame asks for them,
// so that the fuzzer need not guess them.
Frames FramesOf(std::string_view bytes, const Signer& signer) {
  Frames frames;
  while (bytes.size() >= 2 && frames.size() < 16) {
    const std::size_t size = static_cast<unsigned char>(bytes[0]) | (bytes[1] & 0x3f) << 8;
    const bool delimiter = bytes[1] & 0x40;
    bytes.remove_prefix(2);
    const std::string_view frame = delimiter ? "<IDS|MSG>" : bytes.substr(0, size);
    frames.emplace_back(frame.data(), frame.size());
    if (!delimiter) bytes.remove_prefix(frame.size());
  }
  for (std::size_t i = 0; i + 5 < frames.size(); ++i) {
    if (frames[i].to_string_view() != "<IDS|MSG>" || frames[i + 1].to_string_view() != "sign") continue;
    const std::string signature = signer.Sign({frames[i + 2].to_string_view(), frames[i + 3].to_string_view(),
                                               frames[i + 4].to_string_view(), frames[i + 5].to_string_view()});
    frames[i + 1].rebuild(signature.data(), signature.size());
    break;
  }
  return frames;
}

Frames Copy(const Frames& frames) {
  Frames copies;
  for (const auto& frame : frames) copies.emplace_back(frame.data(), frame.size());
  return copies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Signer signer("key"), other("other");
  static Author author(signer);
  const Frames frames = FramesOf({reinterpret_cast<const char*>(data), size}, signer);
  auto message = Message::Parse(Copy(frames));
  if (!message) return 0;
  CHECK(!message->type().empty() && !message->id().empty());
  CHECK(message->Content().is_object() && message->Metadata().is_object());
  CHECK(!message->SignedBy(signer) || !message->SignedBy(other));
  (void)StringAt(message->Content(), "code");
  (void)FlagAt(message->Content(), "silent", false);

  auto answer = Message::Parse(author.Make(message->Identities(), "status", message->header(), Text(message->Content())));
  CHECK(answer && answer->SignedBy(signer) && answer->parent_id() == message->id() && author.Wrote(answer->id()));
  CHECK(answer->Identities().size() == message->Identities().size());

  const Frames kept = std::move(*message).Take();
  CHECK(kept.size() == frames.size());
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i].to_string_view() == frames[i].to_string_view());
  return 0;
}
