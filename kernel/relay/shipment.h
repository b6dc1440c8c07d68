// The files of a session on their way to the harbour that takes them (docs/link.md). Small files travel together (batch.h), the
// others beside the link where a port can be reached (bulk.h), what is left one after the other through the link. The files are
// here, or at another harbour, which is asked for them piece by piece.
//
// One load after the other: `whole` is told when all of it has arrived and was compared there.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/relay/batch.h"
#include "kernel/relay/bulk.h"
#include "kernel/relay/link.h"
#include "kernel/relay/timers.h"
#include "util/file.h"

namespace ferry::relay {

class Shipment {
 public:
  struct Ends {
    Link& to;
    Link* from;  // the harbour that has the files; null: they are here
    store::SessionFiles files;
    std::string sid;
    std::string host;  // where they go, for messages
    Timers& timers;
  };
  struct Hands {
    std::function<void()> moved;  // bytes have left or arrived
    std::function<void()> taken;  // files were compared there
    std::function<void()> whole;
    std::function<void(Error)> failed;  // once; nothing is sent after it
  };
  Shipment(Ends ends, Hands hands) : ends_(std::move(ends)), hands_(std::move(hands)) {}
  ~Shipment() { ends_.timers.Clear(Timer::kMoveTick); }

  // Files leave beside the link once this has connected; those that could wait for that.
  void Beside(std::unique_ptr<BulkSender> bulk);

  // `pack`: what the source said of the session: `bytes` of each blob, `items` that belong to the process.
  void Send(std::vector<std::string> first, const std::vector<std::string>& blobs, const json& pack);
  // The files [name, bytes] of a system image. Its bundle travels last: with it the image is whole.
  void SendImage(const std::string& folder, const json& files);
  void Stop() { over_ = true; }  // `to` may go

  bool begun() const { return first_.empty(); }  // the first files of the load are there
  double sent() const { return sent_ + (bulk_ ? double(bulk_->sent()) : 0.0); }  // bytes
  double to_send() const { return std::max(sent(), to_send_); }
  double variables() const { return variables_; }  // bytes of sent(), those of variables that travelled together
  bool by_bulk() const { return by_bulk_; }
  // Whether more may be read from `from`: not while the target takes less than comes.
  bool Thirsty() const;

  // From the loop: the bulk connections' descriptor, or -1; when that is readable; after the link was served; at the end of a turn.
  int fd() const { return bulk_ ? bulk_->fd() : -1; }
  void OnBulk();
  void OnLink();
  void OnTimer();
  void OnArrived(const Parcel& event);  // of the harbour: a file that came beside the link

 private:
  using Taken = void (Shipment::*)(const Parcel&, const std::vector<std::string>&);
  void Gather();
  void SendBatches();
  void SendBatch(const Batch& batch, std::vector<std::string> names);
  void SendBeside();
  void SendFiles();
  void SendPiece(const std::string& path, const std::string& piece, bool last);
  void Put(json head, const std::vector<std::string>& names, std::string_view body);
  void More();
  void Fail(Error error);
  bool Open() const { return !over_ && ends_.to.open() && !getting_ && ends_.to.waiting() < kAhead; }
  bool IsVariable(const std::string& name) const;
  double BytesOf(const std::string& blob) const { return bytes_.value(blob, 0.0); }
  // An answer that comes when this has gone, or has nothing more to do, is dropped.
  Link::Answer Guarded(Link::Answer answer);

  static constexpr std::size_t kAhead = 8 << 20;  // bytes on their way to the target

  Ends ends_;
  Hands hands_;
  json bytes_ = json::object();
  std::set<std::string> items_;
  std::set<std::string> first_;                   // what the engine there begins with, until it is there
  std::deque<std::string> files_;                 // to send, by name
  std::deque<std::vector<std::string>> batches_;  // of small files, to send before them
  std::optional<Mapped> file_;                    // the first of files_, when a part of it was sent: so much
  std::size_t in_file_ = 0;
  std::size_t puts_ = 0;      // not yet answered
  bool getting_ = false;      // the source was asked for a file
  bool sending_ = false;      // a load that is not whole
  std::unique_ptr<BulkSender> bulk_;  // null: everything goes by the link
  std::set<std::string> in_bulk_;     // files that it has and that are not there yet
  bool by_bulk_ = false, over_ = false;
  std::uint64_t ticked_ = 0;  // bytes sent by it when that was last told
  double sent_ = 0, to_send_ = 0, variables_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ferry::relay
