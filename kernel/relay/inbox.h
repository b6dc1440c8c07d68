// Files of a session that arrive at a harbour: through the link, in pieces or together, and beside it. Each lies in a temporary
// file until it is whole and was compared with what it is said to be; then it takes its place in the store.
#pragma once

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "kernel/relay/bulk.h"
#include "kernel/relay/wire.h"
#include "serializer/store/layout.h"
#include "util/result.h"

namespace ferry::relay {

class Inbox {
 public:
  // Of a file that was not asked for by `Put` as a whole: whether it could be taken.
  using Told = std::function<void(const std::string& path, const Result<void>& taken)>;
  explicit Inbox(Told told) : told_(std::move(told)) {}
  ~Inbox();

  // The piece of a file that comes next. One that cannot be written is told of before the rest of it comes.
  Result<void> Put(const store::SessionFiles& files, const std::string& path, bool last, const std::string& body);
  // A batch (batch.h); each of its files is taken as if it came alone.
  Result<void> PutTogether(const store::SessionFiles& files, const json& list, const std::string& body);

  // Files will come beside the link, to the address by which ssh has come here: {address, port}.
  Result<json> Listen(const store::SessionFiles& files, const std::string& key);
  void Close() { bulk_.reset(); }
  int fd() const { return bulk_ ? bulk_->fd() : -1; }
  // What came there meanwhile; null: nothing may be put into a session now.
  void Take(const store::SessionFiles* files);

 private:
  Told told_;
  std::ofstream incoming_;
  std::string temporary_;  // where that is written
  std::unique_ptr<BulkReceiver> bulk_;
};

// Removes what a move that was broken off has left of a file or an image.
void RemoveIncoming(const store::SessionFiles& files);

}  // namespace ferry::relay
