// Records as frames and back: what the log and the manifests hold (docs/format.md, "Records"). Writer and reader of each
// struct are one function in records.cc, so that they cannot disagree.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "serializer/format/archive.h"
#include "serializer/format/bundle.h"
#include "serializer/format/frame.h"
#include "serializer/format/manifest.h"
#include "tracker/graph/record.h"
#include "util/result.h"

namespace ferry::format {

using Record = std::variant<graph::CellRecord, graph::ChangeRecord>;

// The frame to append to a log; kInvalid when the record is larger than a frame may be.
Result<std::string> Encode(const Record& record);
// The content of a gen file.
Result<std::string> Encode(const Manifest& manifest);
// The content of the file `bundle` of a system image.
Result<std::string> Encode(const Bundle& bundle);
// The head of an exported session.
Result<std::string> Encode(const ArchiveIndex& index);

// kCorrupt or kTooNew; `frame` of type kCell or kChange.
Result<Record> DecodeRecord(const Frame& frame);
Result<Manifest> DecodeManifest(std::string_view file);
Result<Bundle> DecodeBundle(std::string_view file);
Result<ArchiveIndex> DecodeArchive(std::string_view frame);

}  // namespace ferry::format
