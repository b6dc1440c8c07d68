// The problem: cereal trusts what it reads and throws what it likes. The approach: it sees only payloads whose checksum
// was right, through containers that cannot be made to allocate (containers.h), and one function, Decode, turns whatever
// it throws into an Error.
#include "serializer/format/records.h"

#include <cereal/archives/portable_binary.hpp>
#include <istream>
#include <sstream>
#include <streambuf>

#include "serializer/format/containers.h"

// A struct that grows: add the field at the end of its function below under `if (version >= N)`, raise N here and in
// docs/format.md, and add golden files.
CEREAL_CLASS_VERSION(ferry::graph::Effect, 1)
CEREAL_CLASS_VERSION(ferry::graph::GeneratorState, 1)
CEREAL_CLASS_VERSION(ferry::graph::Met, 1)
CEREAL_CLASS_VERSION(ferry::graph::CellRecord, 2)
CEREAL_CLASS_VERSION(ferry::graph::ComponentState, 1)
CEREAL_CLASS_VERSION(ferry::graph::ChangeRecord, 1)
CEREAL_CLASS_VERSION(ferry::format::ProcessItem, 1)
CEREAL_CLASS_VERSION(ferry::format::ComponentEntry, 1)
CEREAL_CLASS_VERSION(ferry::format::Manifest, 1)
CEREAL_CLASS_VERSION(ferry::format::ImageFile, 1)
CEREAL_CLASS_VERSION(ferry::format::MappedFile, 2)
CEREAL_CLASS_VERSION(ferry::format::Bundle, 1)
CEREAL_CLASS_VERSION(ferry::format::ArchivedFile, 1)
CEREAL_CLASS_VERSION(ferry::format::ArchiveIndex, 1)

namespace ferry::format {

struct NewerRecord : cereal::Exception {
  NewerRecord() : cereal::Exception("a record of a newer class version") {}
};

template <class T>
void CheckVersion(std::uint32_t version) {
  if (version > cereal::detail::Version<T>::version) throw NewerRecord();
  if (version == 0) throw cereal::Exception("a record without a version");
}

}  // namespace ferry::format

namespace ferry::graph {

template <class Archive>
void serialize(Archive& archive, Effect& e, std::uint32_t version) {
  format::CheckVersion<Effect>(version);
  archive(e.kind, e.detail);
  format::Truth(archive, e.unsafe);
}

template <class Archive>
void serialize(Archive& archive, GeneratorState& g, std::uint32_t version) {
  format::CheckVersion<GeneratorState>(version);
  archive(g.generator, g.before);
}

template <class Archive>
void serialize(Archive& archive, Met& m, std::uint32_t version) {
  format::CheckVersion<Met>(version);
  archive(m.item, m.data);
}

template <class Archive>
void serialize(Archive& archive, CellRecord& r, std::uint32_t version) {
  format::CheckVersion<CellRecord>(version);
  archive(r.execution, r.count, r.cell_id, r.source, r.transformed, r.started_us, r.duration_us);
  format::Byte(archive, r.status, Status::kStarted);
  format::Truth(archive, r.in_history);
  archive(r.reads, r.writes, r.deletes);
  format::Truth(archive, r.door);
  archive(r.effects, r.drew, r.tags);
  if (version >= 2) archive(r.met);
}

template <class Archive>
void serialize(Archive& archive, ComponentState& c, std::uint32_t version) {
  format::CheckVersion<ComponentState>(version);
  archive(c.names, c.fingerprint);
  format::Truth(archive, c.transparent);
  archive(c.opaque);
}

template <class Archive>
void serialize(Archive& archive, ChangeRecord& r, std::uint32_t version) {
  format::CheckVersion<ChangeRecord>(version);
  archive(r.since, r.after, r.changed, r.gone);
}

}  // namespace ferry::graph

namespace ferry::format {

template <class Archive>
void serialize(Archive& archive, ProcessItem& item, std::uint32_t version) {
  CheckVersion<ProcessItem>(version);
  archive(item.name);
  Optional(archive, item.blob);
  archive(item.summary);
}

template <class Archive>
void serialize(Archive& archive, ComponentEntry& c, std::uint32_t version) {
  CheckVersion<ComponentEntry>(version);
  archive(c.number, c.key, c.names, c.exports, c.needs, c.way, c.code, c.reason);
  Optional(archive, c.blob);
  archive(c.bytes);
  Optional(archive, c.fingerprint);
  archive(c.opaque, c.types, c.mentions);
  Truth(archive, c.escaped);
  archive(c.held_by, c.executions, c.seconds);
}

template <class Archive>
void serialize(Archive& archive, Manifest& m, std::uint32_t version) {
  CheckVersion<Manifest>(version);
  archive(m.generation, m.label, m.time_us, m.executions, m.execution_count, m.python, m.platform, m.packages);
  archive(m.components, m.process, m.next_pid, m.hash_seed, m.bytes, m.life);
  Truth(archive, m.complete);
}

template <class Archive>
void serialize(Archive& archive, ImageFile& f, std::uint32_t version) {
  CheckVersion<ImageFile>(version);
  archive(f.name, f.bytes, f.sha256);
}

template <class Archive>
void serialize(Archive& archive, MappedFile& f, std::uint32_t version) {
  CheckVersion<MappedFile>(version);
  archive(f.path, f.bytes, f.build_id);
  if (version >= 2) archive(f.carried);
}

template <class Archive>
void serialize(Archive& archive, Bundle& b, std::uint32_t version) {
  CheckVersion<Bundle>(version);
  archive(b.session, b.generation, b.manifest, b.time_us, b.host, b.kernel, b.architecture, b.criu, b.cpu);
  archive(b.monotonic_us, b.boottime_us, b.uid, b.gid, b.uid_map, b.gid_map, b.pids, b.wake, b.files, b.mapped);
}

template <class Archive>
void serialize(Archive& archive, ArchivedFile& f, std::uint32_t version) {
  CheckVersion<ArchivedFile>(version);
  archive(f.name, f.bytes, f.sha256);
}

template <class Archive>
void serialize(Archive& archive, ArchiveIndex& a, std::uint32_t version) {
  CheckVersion<ArchiveIndex>(version);
  archive(a.session, a.time_us, a.user, a.host, a.key, a.ferry, a.python, a.platform, a.files);
}

namespace {

template <class T>
Result<std::string> EncodeAs(FrameType type, const T& record) {
  std::ostringstream out;
  cereal::PortableBinaryOutputArchive archive(out, cereal::PortableBinaryOutputArchive::Options::LittleEndian());
  archive(record);
  std::string_view payload = out.view();
  if (payload.size() > LargestPayload(type)) {
    return Error{Code::kInvalid,
                 "a record of " + std::to_string(payload.size()) + " bytes is larger than a frame may be", ""};
  }
  return MakeFrame(type, payload);
}

// A stream over bytes that belong to someone else.
class View : public std::streambuf {
 public:
  explicit View(std::string_view bytes) {
    char* start = const_cast<char*>(bytes.data());
    setg(start, start, start + bytes.size());
  }
  bool AtEnd() const { return gptr() == egptr(); }
};

// The one place where cereal's exceptions end.
template <class T>
Result<T> Decode(std::string_view payload) {
  // cereal takes any first byte but 1 for big endian and would swap what follows.
  if (payload.empty() || payload[0] != 1) return Error{Code::kCorrupt, "the record is not little endian", ""};
  try {
    View view(payload);
    std::istream in(&view);
    cereal::PortableBinaryInputArchive archive(in, cereal::PortableBinaryInputArchive::Options::LittleEndian());
    T record;
    archive(record);
    if (!view.AtEnd()) return Error{Code::kCorrupt, "bytes follow the end of the record", ""};
    return record;
  } catch (const NewerRecord& e) {
    return Error{Code::kTooNew, e.what(), "update Kernelferry where you read it"};
  } catch (const std::exception& e) {
    return Error{Code::kCorrupt, std::string("the record cannot be read: ") + e.what(), ""};
  }
}

}  // namespace

Result<std::string> Encode(const Record& record) {
  if (auto* cell = std::get_if<graph::CellRecord>(&record)) return EncodeAs(FrameType::kCell, *cell);
  return EncodeAs(FrameType::kChange, std::get<graph::ChangeRecord>(record));
}

Result<std::string> Encode(const Manifest& manifest) { return EncodeAs(FrameType::kManifest, manifest); }

Result<std::string> Encode(const Bundle& bundle) { return EncodeAs(FrameType::kBundle, bundle); }

Result<std::string> Encode(const ArchiveIndex& index) { return EncodeAs(FrameType::kArchive, index); }

Result<Record> DecodeRecord(const Frame& frame) {
  if (frame.type == FrameType::kCell) {
    auto cell = Decode<graph::CellRecord>(frame.payload);
    if (!cell) return cell.error();
    return Record(*std::move(cell));
  }
  if (frame.type == FrameType::kChange) {
    auto change = Decode<graph::ChangeRecord>(frame.payload);
    if (!change) return change.error();
    return Record(*std::move(change));
  }
  return Error{Code::kCorrupt, "it is no record of a log", ""};
}

Result<Manifest> DecodeManifest(std::string_view file) {
  auto frame = ReadOnlyFrame(FrameType::kManifest, file);
  if (!frame) return frame.error();
  return Decode<Manifest>(frame->payload);
}

Result<Bundle> DecodeBundle(std::string_view file) {
  auto frame = ReadOnlyFrame(FrameType::kBundle, file);
  if (!frame) return frame.error();
  return Decode<Bundle>(frame->payload);
}

Result<ArchiveIndex> DecodeArchive(std::string_view bytes) {
  auto frame = ReadOnlyFrame(FrameType::kArchive, bytes);
  if (!frame) return frame.error();
  return Decode<ArchiveIndex>(frame->payload);
}

}  // namespace ferry::format
