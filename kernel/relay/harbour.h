// The other end of a link (docs/link.md): the program that a relay runs on a host to which a session moves, or from which
// it comes. It knows the store there, starts the engine and watches it. It decides nothing: the relay does.
//
// What it may leave behind when its stdin ends, which is how it learns that its relay or the wire has gone:
//
//   nothing was begun, or      an engine that it started is killed; a session folder that it made is removed, unless the
//   `release` was said         session was owned here by then
//   `begin` was said           the engine stays, finishes its cell, saves and ends after its lease, as without a relay
//
// A wire that is dead is not always heard of: after the end of its engine a harbour that gets no word for a lease leaves too.
//
// One thread; it waits for parcels, the end of the engine, and the sockets of one that starts.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "kernel/relay/berth.h"
#include "kernel/relay/claim.h"
#include "kernel/relay/inbox.h"
#include "kernel/relay/parcel.h"

namespace ferry::relay {

class Harbour {
 public:
  Harbour(std::string python, RuntimeDir dir, int signals, int files)
      : python_(std::move(python)), dir_(std::move(dir)), signals_(signals), files_(files), reader_("") {}
  Harbour(const Harbour&) = delete;

  // Serves stdin and stdout until stdin ends. Exit status.
  int Run();

 private:
  using Fields = Result<json>;
  // harbour.cc: the parcels, and the engine.
  void Serve(Parcel parcel);
  Fields Do(const std::string& op, const Parcel& parcel);
  Fields StartEngine(const json& wish);
  Fields HoldEngine(const json& wish);
  void Leave();
  void Say(const json& head, std::string_view body = {});
  static Error Unknown(const std::string& what);  // a request that relays of this version do not make

  // harbour_store.cc: the session's files.
  Fields Open(const json& wish);
  Fields Missing(const json& wish);
  Fields Put(const std::string& op, const Parcel& parcel);
  void TellArrival(const std::string& path, const Result<void>& taken);
  Result<void> Get(const json& wish);
  Result<void> GetTogether(const json& wish);
  Fields Newest(const json& wish);
  Fields Set(const json& wish);
  Fields Sync(const json& wish);
  store::SessionFiles Files(const json& wish) const;

  std::string python_;
  RuntimeDir dir_;
  int signals_, files_;
  ParcelReader reader_;
  bool gone_ = false;  // nobody reads what we say

  Choice choice_;
  Claim claim_;
  bool same_ = false;     // the store is the one that the session comes from
  bool created_ = false;  // the session's folder was made here
  bool begun_ = false;    // the engine here owns the session
  std::optional<Inbox> inbox_{[this](const std::string& path, const Result<void>& taken) { TellArrival(path, taken); }};
  Berth berth_{python_, dir_, [this](const json& event) { Say(event); }};
  std::optional<std::chrono::steady_clock::time_point> abandoned_;  // since when there is no engine and no word of the relay
};

}  // namespace ferry::relay
