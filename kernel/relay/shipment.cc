#include "kernel/relay/shipment.h"

#include <algorithm>

#include "kernel/relay/wire_names.h"
#include "serializer/format/frame.h"

namespace ferry::relay {
namespace {

constexpr std::chrono::milliseconds kTellEvery{250};

bool GoesBeside(const std::string& name) { return Digest::FromHex(name) || (IsOfImage(name) && !IsBundle(name)); }

}  // namespace

Link::Answer Shipment::Guarded(Link::Answer answer) {
  return [this, alive = std::weak_ptr<bool>(alive_), answer = std::move(answer)](Parcel parcel) {
    if (!alive.expired() && !over_) answer(std::move(parcel));
  };
}

void Shipment::Fail(Error error) {
  if (!std::exchange(over_, true)) hands_.failed(std::move(error));
}

void Shipment::Send(std::vector<std::string> first, const std::vector<std::string>& blobs, const json& pack) {
  bytes_ = pack["bytes"];
  items_ = {pack["items"].begin(), pack["items"].end()};
  first_ = {first.begin(), first.end()};
  files_.insert(files_.end(), first.begin(), first.end());
  files_.insert(files_.end(), blobs.begin(), blobs.end());
  for (const std::string& blob : blobs) to_send_ += BytesOf(blob);
  sending_ = true;
  if (bulk_) ends_.timers.Set(Timer::kMoveTick, kTellEvery);
  Gather();
  More();
}

void Shipment::SendImage(const std::string& folder, const json& files) {
  to_send_ = sent();
  for (const json& file : files) {
    files_.push_back(folder + file[0].get<std::string>());
    to_send_ += file[1].get<double>();
  }
  files_.push_back(folder + "bundle");
  sending_ = true;
  More();
}

bool Shipment::IsVariable(const std::string& name) const { return Digest::FromHex(name) && !items_.contains(name); }

bool Shipment::Thirsty() const { return ends_.to.waiting() < 2 * kAhead; }

// Keeps as much on its way as the wire takes. Files leave one after the other; each is answered once it was compared there.
void Shipment::More() {
  SendBatches();
  SendBeside();
  SendFiles();
  const bool left = !batches_.empty() || !files_.empty() || puts_ > 0 || getting_ || !in_bulk_.empty();
  if (!over_ && !left && std::exchange(sending_, false)) hands_.whole();
}

void Shipment::OnLink() {
  if (!over_ && !(files_.empty() && batches_.empty())) More();
}

// -- small files together

// First what the engine there begins with and what belongs to the process, then the variables.
void Shipment::Gather() {
  for (const bool variables : {false, true}) {
    double bytes = kLargestBatch;  // of the batch that is being filled
    std::erase_if(files_, [&](const std::string& name) {
      const double more = BytesOf(name) + format::kHeaderBytes + format::kTrailerBytes;
      if (IsVariable(name) != variables || more > kSmallFile) return false;
      bytes += more;
      if (bytes > kLargestBatch) {
        batches_.emplace_back();
        bytes = more;
      }
      batches_.back().push_back(name);
      return true;
    });
  }
}

void Shipment::SendBatches() {
  while (Open() && !batches_.empty()) {
    auto names = std::move(batches_.front());
    batches_.pop_front();
    if (!ends_.from) {
      auto batch = relay::Gather(ends_.files, names);
      if (!batch) return Fail(batch.error());
      SendBatch(*batch, std::move(names));
      continue;
    }
    getting_ = true;
    ends_.from->Ask({{"op", "gather"}, {"session", ends_.sid}, {"paths", names}}, Guarded([this, names](Parcel answer) {
      getting_ = false;
      if (!FlagAt(answer.head, "ok", false)) return Fail(ErrorOf(answer.head, "the source"));
      SendBatch({answer.head["files"], std::move(answer.body), answer.head["left"]}, names);
      More();
    }));
  }
}

void Shipment::SendBatch(const Batch& batch, std::vector<std::string> names) {
  std::erase_if(names, [&](const std::string& name) { return std::find(batch.left.begin(), batch.left.end(), name) != batch.left.end(); });
  files_.insert(files_.begin(), batch.left.begin(), batch.left.end());
  if (names.empty()) return;
  for (const std::string& name : names) to_send_ -= BytesOf(name);
  to_send_ += double(batch.body.size());
  sent_ += double(batch.body.size());
  if (IsVariable(names.front())) variables_ += double(batch.body.size());
  hands_.moved();
  Put({{"op", "scatter"}, {"files", batch.files}}, names, batch.body);
}

// -- one after the other

void Shipment::SendFiles() {
  while (Open() && (file_ || !files_.empty())) {
    const std::string name = files_.front();
    if (bulk_ && GoesBeside(name) && !file_) return;  // whether it may is known within seconds
    if (IsBundle(name) && !in_bulk_.empty()) return;       // with it the image is whole
    if (ends_.from) {
      getting_ = true;
      ends_.from->Ask({{"op", "get"}, {"session", ends_.sid}, {"path", name}}, Guarded([this, name](Parcel piece) {
        if (!FlagAt(piece.head, "ok", false)) return Fail(ErrorOf(piece.head, "the source"));
        const bool last = !FlagAt(piece.head, "more", false);
        if (last) getting_ = false;
        SendPiece(name, piece.body, last);
        if (last) More();
      }));
      return;
    }
    if (!file_) {
      auto opened = Mapped::Open(PathOf(ends_.files, name));
      if (!opened) return Fail(opened.error());
      file_.emplace(std::move(*opened));
      in_file_ = 0;
    }
    std::string piece(file_->bytes().substr(in_file_, kPiece));
    in_file_ += piece.size();
    const bool last = in_file_ == file_->bytes().size();
    if (last) file_.reset();
    SendPiece(name, piece, last);
  }
}

void Shipment::SendPiece(const std::string& path, const std::string& piece, bool last) {
  sent_ += double(piece.size());
  hands_.moved();
  if (last) {
    files_.pop_front();
    Put({{"op", "put"}, {"path", path}, {"last", true}}, {path}, piece);
  } else {
    ends_.to.Tell({{"op", "put"}, {"path", path}, {"last", false}, {"session", ends_.sid}}, piece);
  }
}

void Shipment::Put(json head, const std::vector<std::string>& names, std::string_view body) {
  ++puts_;
  head["session"] = ends_.sid;
  ends_.to.Ask(std::move(head), Guarded([this, names](Parcel answer) {
    if (!FlagAt(answer.head, "ok", false)) return Fail(ErrorOf(answer.head, ends_.host));
    --puts_;
    for (const std::string& name : names) first_.erase(name);
    hands_.taken();
    More();
  }), body);
}

// -- beside the link

void Shipment::Beside(std::unique_ptr<BulkSender> bulk) { bulk_ = std::move(bulk); }

void Shipment::SendBeside() {
  if (over_ || !bulk_ || bulk_->state() != BulkSender::State::kOpen) return;
  const std::string begun = file_ ? files_.front() : "";
  std::erase_if(files_, [&](const std::string& name) {
    const bool beside = GoesBeside(name) && name != begun;
    if (beside && in_bulk_.insert(name).second) bulk_->Put(name, PathOf(ends_.files, name));
    return beside;
  });
}

void Shipment::OnBulk() {
  if (!bulk_) return;
  bulk_->Hush();
  if (bulk_->state() == BulkSender::State::kConnecting) return;
  if (bulk_->state() == BulkSender::State::kBroken) {
    sent_ += double(bulk_->sent());
    bulk_.reset();
    files_.insert(files_.end() - (!files_.empty() && IsBundle(files_.back())), in_bulk_.begin(), in_bulk_.end());
    in_bulk_.clear();
  } else {
    by_bulk_ = true;
    ends_.timers.Set(Timer::kMoveTick, kTellEvery);
  }
  if (sending_) More();
}

void Shipment::OnArrived(const Parcel& event) {
  const std::string path = StringAt(event.head, "path");
  if (!FlagAt(event.head, "ok", false)) return Fail(ErrorOf(event.head, ends_.host));
  if (in_bulk_.erase(path) == 0) return;  // it went by the link after all
  hands_.moved();
  More();
}

void Shipment::OnTimer() {
  if (!ends_.timers.Expired(Timer::kMoveTick) || over_ || !bulk_ || !sending_) return;
  if (std::exchange(ticked_, bulk_->sent()) != bulk_->sent()) hands_.moved();
  ends_.timers.Set(Timer::kMoveTick, kTellEvery);
}

}  // namespace ferry::relay
