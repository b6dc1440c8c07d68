#include "kernel/relay/inbox.h"

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "kernel/relay/batch.h"
#include "kernel/relay/wire_names.h"
#include "serializer/image/bundle.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

constexpr const char* kTemporary = ".tmp";  // of an image that is not whole

// Compares a file that came whole, and gives it its place.
Result<void> Receive(const store::SessionFiles& files, const std::string& path, const std::string& temporary) {
  std::string to, folder;  // the latter of an image
  if (auto digest = Digest::FromHex(path)) {
    if (auto blob = store::Blob::Open(temporary, *digest); !blob) return blob.error().Within("on its way");
    if (auto made = MakeDirectory(files.BlobFolder(*digest)); !made) return made.error();
    to = PathOf(files, path);
  } else if (store::GenerationOf(path)) {
    to = PathOf(files, path);
  } else if (path.starts_with("image-") && !PathOf(files, path).empty()) {  // compared with its bundle before it is used
    folder = files.Root() + "/" + path.substr(0, path.find('/'));
    to = folder + kTemporary + PathOf(files, path).substr(folder.size());
    if (auto made = MakeDirectory(folder + kTemporary + image::kImages); !made) return made.error();
  } else if (path == "log") {
    auto log = store::ReadLog(temporary);
    if (!log) return log.error();
    if (log->end != store::LogContents::End::kClean) return Error{Code::kCorrupt, "the log did not arrive whole", "try again"};
    to = files.Log();
  } else {
    return Error{Code::kInvalid, "the file " + path + " belongs to no session", "both hosts need the same version of Kernelferry"};
  }
  if (auto renamed = Rename(temporary, to); !renamed) return renamed.error();
  if (!folder.empty() && to == folder + kTemporary + image::kBundle) {  // the last of its files
    if (auto removed = RemoveTree(folder); !removed) return removed.error();
    if (auto renamed = Rename(folder + kTemporary, folder); !renamed) return renamed.error();
  }
  if (auto number = store::GenerationOf(path)) {
    if (auto read = store::SessionReader(files).Generation(*number); !read) return read.error();
  }
  return {};
}

}  // namespace

Inbox::~Inbox() {
  Close();
  if (std::exchange(incoming_, {}).is_open()) (void)Remove(temporary_);
}

Result<void> Inbox::Put(const store::SessionFiles& files, const std::string& path, bool last, const std::string& body) {
  temporary_ = files.Root() + "/incoming.tmp";
  if (!incoming_.is_open()) incoming_.open(temporary_, std::ios::binary | std::ios::trunc);
  incoming_.write(body.data(), static_cast<std::streamsize>(body.size()));
  if (last) incoming_.close();
  if (incoming_) return last ? Receive(files, path, temporary_) : Result<void>();
  const Error full = SystemError(ENOSPC, "write", temporary_);
  incoming_.close();
  incoming_.clear();
  (void)Remove(temporary_);
  if (!last) told_(path, full);
  return full;
}

Result<void> Inbox::PutTogether(const store::SessionFiles& files, const json& list, const std::string& body) {
  const std::string temporary = files.Root() + "/incoming-batch.tmp";
  auto taken = Scatter(list, body, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    auto file = File::Create(temporary);
    if (!file) return file.error();
    if (auto written = file->Write(bytes); !written) return written;
    return Receive(files, name, temporary);
  });
  if (!taken) (void)Remove(temporary);
  return taken;
}

Result<json> Inbox::Listen(const store::SessionFiles& files, const std::string& key) {
  std::istringstream connection(std::getenv("SSH_CONNECTION") ? std::getenv("SSH_CONNECTION") : "");
  std::string client, port, address;
  connection >> client >> port >> address;
  if (key.size() != kBulkKeyBytes) return Error{Code::kInvalid, "a key of another length", ""};
  auto listening = BulkReceiver::Listen(address, key, files.Root() + "/incoming-");
  if (!listening) return listening.error();
  bulk_ = std::move(*listening);
  return json{{"address", address}, {"port", bulk_->port()}};
}

void Inbox::Take(const store::SessionFiles* files) {
  if (!bulk_) return;
  for (const BulkReceiver::Arrival& arrival : bulk_->Take()) {
    const Result<void> taken = arrival.error ? Result<void>(*arrival.error)
                               : !files      ? Result<void>(Error{Code::kInvalid, "nothing may be put into this session", ""})
                                             : Receive(*files, arrival.path, arrival.temporary);
    if (!taken) (void)Remove(arrival.temporary);
    told_(arrival.path, taken);
  }
}

void RemoveIncoming(const store::SessionFiles& files) {
  auto names = List(files.Root());
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    if (name.starts_with("incoming")) (void)Remove(files.Root() + "/" + name);
    if (name.starts_with("image-") && name.ends_with(kTemporary)) (void)RemoveTree(files.Root() + "/" + name);
  }
}

}  // namespace ferry::relay
