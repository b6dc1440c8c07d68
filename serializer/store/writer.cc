#include "serializer/store/writer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "serializer/store/policy.h"
#include "serializer/store/reader.h"
#include "util/direct_file.h"
#include "util/file.h"

namespace ferry::store {
namespace {

constexpr std::size_t kPiece = 256 * 1024;         // copied and hashed at once, and written at once to a small file
constexpr std::uint64_t kLarge = 1024 * 1024;      // a file of this size is written past the page cache
constexpr std::size_t kManyBlobs = 4;
constexpr std::uint64_t kReserve = 16 * 1024 * 1024;  // left free on the disk for logs, manifests and everyone else

std::string Size(std::uint64_t bytes) {
  const char* units[] = {"bytes", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  for (; value >= 1000 && unit < 4; ++unit) value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}

std::vector<Digest> BlobsOf(const format::Manifest& manifest) {
  std::set<Digest> blobs;
  for (const auto& component : manifest.components) {
    if (component.blob) blobs.insert(*component.blob);
  }
  for (const auto& item : manifest.process) {
    if (item.blob) blobs.insert(*item.blob);
  }
  return {blobs.begin(), blobs.end()};
}

}  // namespace

std::uint64_t BlobsAndImages(const SessionFiles& files) {
  std::uint64_t bytes = TreeSize(files.Blobs());
  auto names = List(files.Root());
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    if (ImageOf(name)) bytes += TreeSize(files.Root() + "/" + name);
  }
  return bytes;
}

Result<SessionWriter> SessionWriter::Open(SessionFiles files, FileLock lock, std::uint64_t quota,
                                          std::uint64_t elsewhere) {
  if (auto r = MakeDirectory(files.Blobs()); !r) return r.error();
  for (const auto& left : {files.NewBlob(), files.NewLargeBlob(), files.NewGeneration(), files.Info() + ".tmp", files.Report() + ".tmp"}) {
    if (auto r = Remove(left); !r) return r.error();
  }
  auto numbers = GenerationNumbers(files);
  if (!numbers) return numbers.error();
  auto log = LogWriter::Open(files.Log(), files.DamagedLog());
  if (!log) return log.error();
  auto disk = File::Read(files.Blobs());
  if (!disk) return disk.error();
  const std::uint64_t used = BlobsAndImages(files);
  SessionWriter writer(std::move(files), std::move(lock), *std::move(log), *std::move(disk), quota, elsewhere);
  writer.used_ = used;
  auto manifests = SessionReader(writer.files_).Generations();
  if (!manifests) return manifests.error();
  for (const auto& manifest : *manifests) {
    for (const Digest& blob : BlobsOf(manifest)) writer.durable_.insert(blob);
  }
  writer.last_generation_ = numbers->empty() ? 0 : numbers->front();
  return writer;
}

Error SessionWriter::QuotaError(std::uint64_t bytes) const {
  std::vector<std::pair<std::uint64_t, std::string>> biggest;
  SessionReader reader(files_);
  if (auto newest = reader.Generation(last_generation_)) {
    for (const auto& c : newest->components) {
      if (c.blob && !c.key.empty()) biggest.emplace_back(c.bytes, c.key.front());
    }
  }
  std::sort(biggest.rbegin(), biggest.rend());
  if (biggest.size() > 3) biggest.resize(3);
  std::string names;
  for (const auto& [size, name] : biggest) names += (names.empty() ? "" : ", ") + name + " (" + Size(size) + ")";
  return {Code::kFull,
          Size(bytes) + " more do not fit: " + Size(used_ + elsewhere_) + " of the quota of " + Size(quota_) +
              " are taken" + (names.empty() ? "" : "; the biggest here: " + names),
          "raise FERRY_QUOTA, delete what is not needed, or remove sessions (jupyter ferry list, jupyter ferry rm)"};
}

Result<void> SessionWriter::CheckRoom(std::uint64_t bytes) const {
  if (quota_ != 0 && used_ + elsewhere_ + bytes > quota_) return QuotaError(bytes);
  const std::uint64_t free = FreeSpace(files_.Root()) + SizeOf(files_.NewLargeBlob());
  if (free < bytes + kReserve) {
    return Error{Code::kFull, Size(bytes) + " do not fit: the disk of " + files_.Root() + " has " + Size(free) + " left",
                 "free some space there, or set FERRY_HOME to a directory on another disk"};
  }
  return {};
}

Result<Digest> SessionWriter::WriteFrame(const std::vector<std::string_view>& pieces, std::uint64_t bytes, Stop& stop) {
  const std::uint64_t whole = format::kHeaderBytes + bytes + format::kTrailerBytes;
  // Hash and write see the same bytes although other threads may change the originals meanwhile. Small pieces gather
  // in a buffer, so that a write of the system is seldom small.
  std::optional<File> file;
  std::unique_ptr<char[]> own;
  char* buffer = nullptr;
  std::size_t room = kPiece, filled = 0;
  if (abandoned_) {
    if (auto r = abandoned_->Settle(stop); !r && r.error().code == Code::kAborted) return r.error();
    abandoned_.reset();
  }
  std::optional<DirectFile> direct;
  if (whole >= kLarge) {
    auto created = DirectFile::Create(files_.NewLargeBlob(), whole);
    if (!created) return created.error();
    direct.emplace(*std::move(created));
    buffer = direct->buffer();
    room = DirectFile::kPiece;
  } else {
    auto created = File::Create(files_.NewBlob());
    if (!created) return created.error();
    file = *std::move(created);
    room = std::min<std::uint64_t>(room, whole);
    own = std::make_unique_for_overwrite<char[]>(room);
    buffer = own.get();
  }
  auto flush = [&]() -> Result<void> {
    const std::size_t n = std::exchange(filled, 0);
    if (stop.AskedNow()) return Aborted();
    if (!direct) return file->Write({buffer, n});
    if (auto r = direct->Put(n, stop); !r) return r;
    buffer = direct->buffer();
    return {};
  };
  Digester digester;
  auto add = [&](std::string_view piece, bool payload) -> Result<void> {
    while (!piece.empty()) {
      if (filled == room) {
        if (auto r = flush(); !r) return r;
      }
      const std::size_t n = std::min({room - filled, piece.size(), kPiece});
      std::memcpy(buffer + filled, piece.data(), n);
      if (payload) digester.Add(buffer + filled, n);
      filled += n;
      piece.remove_prefix(n);
    }
    return {};
  };
  auto all = [&]() -> Result<Digest> {
    const auto header = format::MakeHeader(format::FrameType::kBlob, bytes);
    if (auto r = add({header.data(), header.size()}, false); !r) return r.error();
    for (auto piece : pieces) {
      if (auto r = add(piece, true); !r) return r.error();
    }
    const Digest digest = digester.Finish();
    const auto trailer = format::MakeTrailer(digest);
    if (auto r = add({trailer.data(), trailer.size()}, false); !r) return r.error();
    if (auto r = flush(); !r) return r.error();
    if (direct) {
      if (auto r = direct->Finish(stop); !r) return r.error();
    } else if (whole > kPiece) {
      file->StartWriteback();
    }
    return digest;
  };
  auto digest = all();
  if (!digest && direct) abandoned_.emplace(*std::move(direct));  // a request waits: not for what the device still has to write
  return digest;
}

Result<BlobRef> SessionWriter::PutBlob(const std::vector<std::string_view>& pieces, Stop& stop) {
  BlobRef ref;
  for (auto piece : pieces) ref.bytes += piece.size();
  if (ref.bytes > format::LargestPayload(format::FrameType::kBlob)) {
    return Error{Code::kInvalid, Size(ref.bytes) + " are more than a blob may hold", ""};
  }
  const std::uint64_t whole = format::kHeaderBytes + ref.bytes + format::kTrailerBytes;
  if (auto r = CheckRoom(whole); !r) return r.error();
  if (stop.AskedNow()) return Aborted();

  const std::string temporary = whole >= kLarge ? files_.NewLargeBlob() : files_.NewBlob();
  auto put = [&]() -> Result<void> {
    auto digest = WriteFrame(pieces, ref.bytes, stop);
    if (!digest) return digest.error();
    ref.digest = *digest;
    if (auto r = MakeDirectory(files_.BlobFolder(ref.digest)); !r) return r;
    const std::string path = files_.Blob(ref.digest);
    // A blob of a generation is on disk; replacing it by one that is not would stake the generation on the next sync. One of
    // that name that is damaged, or was never known to be on disk, is replaced.
    if (durable_.contains(ref.digest) && Blob::Open(path, ref.digest)) return RemoveLarge(temporary);
    const std::uint64_t replaced = SizeOf(path);
    if (auto r = Rename(temporary, path); !r) return r;
    used_ += whole - replaced;
    unsynced_.insert(ref.digest);
    syncing_.erase(ref.digest);  // another file than the one that a sync under way has found there
    return {};
  };
  if (auto r = put(); !r) {
    // What a stopped one wrote of a large blob is written over by the next: to free its blocks takes longer than a
    // request should wait.
    if (r.error().code != Code::kAborted || whole < kLarge) (void)RemoveLarge(temporary);
    return r.error();
  }
  fresh_.insert(ref.digest);
  return ref;
}

// The log, and each blob of `manifest` that is not on disk yet. It runs on a thread of its own, since a busy disk can take
// seconds that no request should wait for.
Result<void> SessionWriter::SyncBlobs(const format::Manifest& manifest, Stop& stop) {
  if (sync_.running()) {
    if (auto r = AwaitSync(stop); !r) return r;
  }
  std::vector<Digest> waiting = BlobsOf(manifest);
  std::erase_if(waiting, [&](const Digest& blob) { return !unsynced_.contains(blob); });
  syncing_ = {waiting.begin(), waiting.end()};
  syncing_log_ = log_.size();
  unsyncable_ = std::make_shared<std::optional<Digest>>();
  sync_.Start([files = files_, disk = disk_, waiting, failed = unsyncable_]() -> Result<void> {
    DirectFile::AwaitClosed();  // a process of which an image is taken has no work under way behind a commit
    auto sync = [](const std::string& path) {
      auto file = File::Read(path);
      return file ? file->Sync() : Result<void>(file.error());
    };
    if (auto r = sync(files.Log()); !r && r.error().code != Code::kNotFound) return r;
    // A sync per file costs milliseconds; the whole file system costs little more than one of them. Where that fails, the
    // fault may be another program's, and each file is asked for its own.
    if (waiting.empty() || (waiting.size() > kManyBlobs && disk->SyncFileSystem())) return {};
    std::set<std::string> folders = {files.Blobs()};
    for (const Digest& blob : waiting) {
      if (auto r = sync(files.Blob(blob)); !r) {
        *failed = blob;
        return r;
      }
      folders.insert(files.BlobFolder(blob));
    }
    for (const auto& folder : folders) {
      if (auto r = SyncDirectory(folder); !r) return r;
    }
    return {};
  });
  return AwaitSync(stop);
}

Result<void> SessionWriter::AwaitSync(Stop& stop) {
  auto ended = sync_.Wait(stop);
  if (!ended) return Aborted();
  if (*unsyncable_) {
    // The system reports a failed write once and may forget it: the blob cannot be trusted and must be put again.
    (void)Remove(files_.Blob(**unsyncable_));
    unsynced_.erase(**unsyncable_);
  }
  if (!*ended) return *ended;
  for (const Digest& blob : syncing_) unsynced_.erase(blob);
  log_.Synced(syncing_log_);
  return {};
}

// Runs `work` on a thread of its own, since a busy disk can take long over it; it may use nothing of this object. kAborted
// when `stop` asks: it goes on, and the next call waits for it first.
Result<void> SessionWriter::Aside(std::function<Result<void>()> work, Stop& stop) {
  if (aside_.running() && !aside_.Wait(stop)) return Aborted();
  aside_.Start(std::move(work));
  auto ended = aside_.Wait(stop);
  return ended ? *std::move(ended) : Aborted();
}

Result<std::uint32_t> SessionWriter::Commit(format::Manifest manifest, Stop& stop) {
  manifest.generation = last_generation_ + 1;
  manifest.bytes = 0;
  for (const Digest& blob : BlobsOf(manifest)) {
    const std::uint64_t size = SizeOf(files_.Blob(blob));
    if (size == 0) {
      return Error{Code::kInvalid, "blob " + blob.Hex() + " of this generation is not in the store", "save again"};
    }
    manifest.bytes += size;
  }
  auto file = format::Encode(manifest);
  if (!file) return file.error();
  if (auto r = SyncBlobs(manifest, stop); !r) return r.error();
  auto write = [path = files_.NewGeneration(), bytes = *std::move(file)]() -> Result<void> {
    auto out = File::Create(path);
    if (!out) return out.error();
    if (auto r = out->Write(bytes); !r) return r;
    return out->Sync();
  };
  auto put = Aside(std::move(write), stop);
  if (put) put = Rename(files_.NewGeneration(), files_.Generation(manifest.generation));
  if (!put) {
    if (put.error().code != Code::kAborted) (void)Remove(files_.NewGeneration());
    return put.error();
  }
  last_generation_ = manifest.generation;
  fresh_.clear();
  for (const Digest& blob : BlobsOf(manifest)) durable_.insert(blob);
  auto synced = Aside([root = files_.Root()] { return SyncDirectory(root); }, stop);
  if (!synced && synced.error().code != Code::kAborted) return synced.error();
  // The generation stands. Older ones go only when its name is on disk; what stays is tried again at the next commit.
  if (synced) (void)RemoveSuperseded();
  return manifest.generation;
}

Result<void> SessionWriter::RemoveSuperseded() {
  auto numbers = GenerationNumbers(files_);
  if (!numbers) return numbers.error();
  SessionReader reader(files_);
  std::vector<GenerationSummary> generations;
  for (std::uint32_t number : *numbers) {
    auto manifest = reader.Generation(number);
    // One that cannot be read holds no life and no label; of a newer version it is not ours to judge.
    if (!manifest && manifest.error().code != Code::kCorrupt) continue;
    generations.push_back(manifest ? GenerationSummary{number, manifest->life, !manifest->label.empty(), manifest->complete}
                                   : GenerationSummary{number, 0, false, false});
  }
  for (std::uint32_t number : Superseded(std::move(generations))) {
    if (auto r = Remove(files_.Generation(number)); !r) return r;
  }
  return {};
}

Result<std::uint64_t> SessionWriter::Collect(Stop& stop) {
  std::vector<Damage> damage;
  auto manifests = SessionReader(files_).Generations(&damage);
  if (!manifests) return manifests.error();
  for (const auto& d : damage) {
    // A damaged manifest names nothing that could still be found; any other may, so nothing is removed.
    if (d.error.code != Code::kCorrupt) return d.error.Within("garbage stays");
  }
  std::set<Digest> named = fresh_;
  for (const auto& manifest : *manifests) {
    for (const Digest& blob : BlobsOf(manifest)) named.insert(blob);
  }
  std::uint64_t freed = 0;
  abandoned_.reset();
  auto remove = [&]() -> Result<void> {
    if (auto r = RemoveLarge(files_.NewLargeBlob()); !r) return r;
    auto folders = List(files_.Blobs());
    if (!folders) return folders.error();
    for (const auto& folder : *folders) {
      auto blobs = List(files_.Blobs() + "/" + folder);
      if (!blobs) continue;  // no folder
      for (const auto& name : *blobs) {
        auto digest = Digest::FromHex(name);
        if (digest && named.contains(*digest)) continue;
        if (stop.AskedNow()) return Aborted();
        const std::string path = files_.Blobs() + "/" + folder + "/" + name;
        const std::uint64_t size = SizeOf(path);
        if (auto r = RemoveLarge(path); !r) return r;
        if (digest) durable_.erase(*digest);
        freed += size;
      }
    }
    return {};
  };
  auto removed = remove();
  auto images = removed ? CollectImages(*manifests) : Result<std::uint64_t>(removed.error());
  if (images) freed += *images;
  used_ -= std::min(used_, freed);
  if (!images) return images.error();
  return freed;
}

Result<std::uint64_t> SessionWriter::CollectImages(const std::vector<format::Manifest>& manifests) {
  auto names = List(files_.Root());
  if (!names) return names.error();
  std::uint32_t newest = 0;
  for (const auto& name : *names) newest = std::max(newest, ImageOf(name).value_or(0));
  std::uint64_t freed = 0;
  for (const auto& name : *names) {
    auto number = ImageOf(name);
    const bool labelled = number && std::any_of(manifests.begin(), manifests.end(), [&](const auto& m) {
                            return m.generation == *number && !m.label.empty();
                          });
    const bool left = name.starts_with("image-") && name.ends_with(".tmp");  // its taking died, or it would hold the lock
    if (!left && (!number || *number == newest || labelled)) continue;
    const std::string path = files_.Root() + "/" + name;
    freed += TreeSize(path);
    if (auto r = RemoveTree(path); !r) return r.error();
  }
  return freed;
}

Result<void> SessionWriter::Forget(std::uint32_t generation) {
  if (!Exists(files_.Generation(generation))) {
    return Error{Code::kNotFound, "there is no generation " + std::to_string(generation),
                 "%session shows the generations there are"};
  }
  if (auto r = Remove(files_.Generation(generation)); !r) return r;
  return SyncDirectory(files_.Root());
}

Result<void> SessionWriter::Set(const Json& fields) {
  auto info = ReadObject(files_.Info());
  if (!info) return info.error();
  info->merge_patch(fields);
  return WriteObject(files_.Info(), *info);
}

}  // namespace ferry::store
