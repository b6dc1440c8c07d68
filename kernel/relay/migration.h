// A session that moves to another host: the state machine (docs/link.md). The relay owns it; both engines are passive ends,
// and each of their answers is awaited without blocking.
//
//   RUNNING ---> PRECOPY ---> QUIESCED ---> SHIPPED ---> VERIFIED ---> HANDED_OVER
//      |            |             |             |            |
//      '------------'-------------'-------------'------------'---> ABORTED: the source goes on as if nothing had happened
//
//   state        what has been proved on entering it                          what is at stake when ... dies
//   RUNNING      the words make sense                                         source: as ever; target, wire: abort
//   PRECOPY      the target fits, the plan is made, its session is open       the same; blobs that arrived are garbage there
//   QUIESCED     nothing changes any more here, the plan is carried out       the same
//   SHIPPED      every blob is there, compared with its digest; log and       the same
//                manifest are there
//   VERIFIED     an engine there holds every promised name, each compared     the same, until the source has departed
//   HANDED_OVER  the target has written that it owns the next epoch           source: nothing; target: an engine there is
//                and saved a generation of its own                            started from it
//
// Who owns the session between VERIFIED and HANDED_OVER is decided in the source's session.json, which is written first:
// `depart` puts `moved_to` and the next epoch there and gives up the lock, but leaves the engine alive; `own` puts the epoch
// into the target's. If `own` is refused, or the wire is cut before it is answered, `return` takes the source back with an
// epoch above both: the target's engine dies with its harbour, which was not told `begin`, and has run no cell. If the
// *relay* dies in between, the source's file names the target, and the departed engine saves nothing.
//
// While a session moves nothing reaches the source's shell: requests wait in the relay's queue for whoever owns it then.
//
// A move in the background goes through PRECOPY in rounds while cells run at the source: what stands in its newest generation is
// shipped, then what a newer one holds, until there is none or the rounds are over. Then no other cell begins, and the move goes
// on as any other, with all that is there already. Whether the host fits is looked at in the first round and told in the last.
// After each round an engine there decodes of it what it may (kernelferry.replay.ahead); it is the one that the session arrives in.
//
// Log and manifest go first, and then an engine is started there, which loads each blob as it arrives. Small files travel
// together (batch.h), the others beside the link where a port can be reached (bulk.h). What arrived is synced there while the
// variables come back.
//
// What has a state of its own is a part by itself: what is there (survey.h), files on their way (shipment.h), the engine in which
// the session arrives (engine_there.h). Here is what leads from one state to the next: migration.cc to the plan,
// migration_rounds.cc in the background, migration_ship.cc to SHIPPED, migration_end.cc from there on.
#pragma once

#include "kernel/relay/engine_there.h"
#include "kernel/relay/move.h"
#include "kernel/relay/move_account.h"
#include "kernel/relay/shipment.h"
#include "kernel/relay/survey.h"

namespace ferry::relay {

class Migration {
 public:
  struct Ground {
    zmq::context_t& context;
    const Connection& front;
    const RuntimeDir& dir;
    Author& author;
    Timers& timers;
    const Choice& choice;
    std::string python;
    Link* source;  // of the harbour where the source engine lives; null: this machine
    int number;    // of the next engine, for names of files; new for each
  };
  Migration(Ground ground, MoveWish wish, MoveHands hands) : ground_(ground), wish_(std::move(wish)), hands_(std::move(hands)) {}
  ~Migration();

  void Begin();
  void Abort(Error error);  // unless it is too late: then the move ends as it must
  MoveState state() const { return state_; }
  const MoveWish& wish() const { return wish_; }
  bool departed() const { return departed_; }
  void OnSourceEnded();  // while it had not departed

  // From the relay's loop.
  void OnHeld();
  void OnDrained();
  void OnChild();
  void OnTimer();  // at the end of each turn
  void AddItems(std::vector<PollItem>& items);
  void OnItems(const std::vector<PollItem>& items, std::size_t from);
  // Whether the source's link may be read: not while the target takes less than comes.
  bool Thirsty() const { return !link_ || !shipment_ || shipment_->Thirsty(); }

 private:
  static constexpr std::chrono::milliseconds kAnswer{120000}, kStart{90000};

  void Advance(MoveState state);
  void Ask(json head, void (Migration::*then)(const Parcel&));
  void AskSource(json content, void (Migration::*then)(const json&));
  void AskTarget(json content, void (Migration::*then)(const json&));
  void Progress(const std::string& what);
  void Show();
  void Wait(std::chrono::milliseconds most, const std::string& what);
  void KeepWaiting();
  void Again(void (Migration::*what)());
  bool Same() const { return FlagAt(opened_, "same", false); }  // both ends have one store
  bool Imaged() const { return plan_["image"].is_object(); }    // it travels in a system image

  // RUNNING
  void OnEvent(const Parcel& parcel);
  void OnHello(const Parcel& parcel);
  void OnBulk(const Parcel& answer);
  void Pack();
  void OnPacked(const json& packed);
  void AskPlan();
  void OnPlan(const json& plan);

  // PRECOPY, in the background
  void PackEarly();
  void OnPackedEarly(const json& packed);
  void EndRound();
  void LoadAhead();
  void OnAhead(const json& decoded);
  void NextRound();
  void Hold();

  // PRECOPY and QUIESCED
  void OpenThere();
  void OnOpen(const Parcel& answer);
  void Ship();
  void SendInfo();
  void OnInfoThere(const Parcel& answer);
  void OnMissing(const Parcel& answer);
  void OnMoved();
  void OnTaken();
  void OnAllThere();
  void TakeImage();
  void OnImage(const json& outcome);
  void OnSynced(const Parcel& answer);

  // SHIPPED
  void StartThere(const char* start);
  void OnReady();
  void Arrive();
  void OnArrived(const json& arrived);
  void Conclude();

  // VERIFIED
  void OnDeparted(const json& departed);
  void OnOwned(const json& owned);
  json Told() const;

  void LookAtWire();
  void Return(Error error);
  void Finish(std::optional<Error> error, json display);

  Ground ground_;
  MoveWish wish_;
  MoveHands hands_;
  MoveState state_ = MoveState::kRunning;
  std::shared_ptr<Link> link_;
  std::unique_ptr<Survey> survey_;
  std::unique_ptr<Shipment> shipment_;
  std::unique_ptr<EngineThere> there_;
  MoveAccount account_;
  std::string waits_for_;
  bool holds_ = false, drained_ = false, hello_ = false, departing_ = false, departed_ = false, over_ = false;
  std::optional<Error> late_;  // of an abort that waits for the source's answer to `depart`

  bool early_ = false;  // cells run at the source, which answers between them; what is shipped is what stands in its store
  int rounds_ = 0;      // of that, over
  std::optional<Timers::Clock::time_point> looks_since_;  // for something to ship in this round
  void (Migration::*again_)() = nullptr;                  // when kMoveAgain rings

  json pack_, plan_, opened_, arrived_;  // what source, source, harbour and target said last
  json image_;  // what was said of the image in which the session travels; null: it travels as variables
  std::string bulk_key_;
  bool arrives_ = false;  // the engine there was asked to bring the session back
  bool retried_ = false;
  bool whole_ = false, synced_ = false;  // every file is there; and on disk
  double early_bytes_ = 0;               // shipped before messages waited
  std::string told_;  // progress that is not shown yet
};

}  // namespace ferry::relay
