#include "serializer/store/writer.h"

#include <optional>
#include <utility>

#include "serializer/store/garbage.h"
#include "serializer/store/reader.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::store {
namespace {

constexpr std::size_t kManyBlobs = 4;

}  // namespace

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
  const Room room(quota, elsewhere, BlobsAndImages(files));
  SessionWriter writer(std::move(files), std::move(lock), *std::move(log), *std::move(disk), room);
  auto manifests = SessionReader(writer.files_).Generations();
  if (!manifests) return manifests.error();
  for (const auto& manifest : *manifests) {
    for (const Digest& blob : BlobsOf(manifest)) writer.durable_.insert(blob);
  }
  writer.last_generation_ = numbers->empty() ? 0 : numbers->front();
  return writer;
}

Result<BlobRef> SessionWriter::PutBlob(const std::vector<std::string_view>& pieces, Stop& stop) {
  BlobRef ref;
  for (auto piece : pieces) ref.bytes += piece.size();
  if (ref.bytes > format::LargestPayload(format::FrameType::kBlob)) {
    return Error{Code::kInvalid, SizeInWords(ref.bytes) + " are more than a blob may hold", ""};
  }
  const std::uint64_t whole = BlobFile::Whole(ref.bytes);
  if (auto r = room_.Check(files_, last_generation_, whole); !r) return r.error();
  if (stop.AskedNow()) return Aborted();

  const std::string temporary = blob_file_.Path(whole);
  auto put = [&]() -> Result<void> {
    auto digest = blob_file_.Write(pieces, ref.bytes, stop);
    if (!digest) return digest.error();
    ref.digest = *digest;
    if (auto r = MakeDirectory(files_.BlobFolder(ref.digest)); !r) return r;
    const std::string path = files_.Blob(ref.digest);
    // A blob of a generation is on disk; replacing it by one that is not would stake the generation on the next sync. One of
    // that name that is damaged, or was never known to be on disk, is replaced.
    if (durable_.contains(ref.digest) && Blob::Open(path, ref.digest)) return RemoveLarge(temporary);
    const std::uint64_t replaced = SizeOf(path);
    if (auto r = Rename(temporary, path); !r) return r;
    room_.Took(whole, replaced);
    unsynced_.insert(ref.digest);
    syncing_.erase(ref.digest);  // another file than the one that a sync under way has found there
    return {};
  };
  if (auto r = put(); !r) {
    // What a stopped one wrote of a large blob is written over by the next: to free its blocks takes longer than a
    // request should wait.
    if (r.error().code != Code::kAborted || !BlobFile::IsLarge(whole)) (void)RemoveLarge(temporary);
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
  if (synced) (void)RemoveSuperseded(files_);
  return manifest.generation;
}

Result<std::uint64_t> SessionWriter::Collect(Stop& stop) {
  blob_file_.Abandon();
  std::uint64_t freed = 0;
  std::vector<Digest> gone;
  auto collected = CollectGarbage(files_, fresh_, stop, &freed, &gone);
  for (const Digest& blob : gone) durable_.erase(blob);
  room_.Freed(freed);
  if (!collected) return collected.error();
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
