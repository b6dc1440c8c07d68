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
#pragma once

#include <deque>
#include <set>

#include "kernel/relay/batch.h"
#include "kernel/relay/bulk.h"
#include "kernel/relay/engine.h"
#include "kernel/relay/link.h"
#include "kernel/relay/ssh.h"
#include "kernel/relay/timers.h"

namespace ferry::relay {

struct MoveWish {
  Host host;
  std::string policy = "cheapest";
  bool plan = false, force = false, yes = false, json = false;
  bool system = false;  // in a system image, whatever the plan says
  bool background = false;  // cells run at the source until all is ready for it
  bool reach = false;  // no move: an engine is started where the session is already
  Start start = Start::kWake;  // and why
};

enum class MoveState { kRunning, kPrecopy, kQuiesced, kShipped, kVerified, kHandedOver, kAborted };
const char* Name(MoveState state);

struct MoveOutcome {
  std::optional<Error> error;    // ABORTED
  json display;                  // mime bundle that tells what happened; null for none
  std::shared_ptr<Link> link;    // HANDED_OVER: of the harbour where the engine lives
  std::unique_ptr<Engine> engine;
  json opened;                   // what the harbour said of the store there
};

// What the relay does for a move. All callbacks come later, from the relay's loop.
struct MoveHands {
  std::function<void()> drain;  // lets no other cell begin: OnHeld() when none runs, OnDrained() when the source has read all that was sent
  std::function<void(json, std::function<void(json)>)> ask_source;  // ferry_move_request; content of the reply
  // The source stands still in an image, which carries copies of these mapped files, until the move has finished: what
  // ferry-image said. From then on ask_source is answered in its stead.
  std::function<void(const json&, std::function<void(json)>)> hold;
  std::function<void()> release;                                   // gives up the session's lock where the source is
  std::function<void(const std::string&)> progress;
  std::function<void(MoveOutcome)> finished;                       // the last call; the migration may be destroyed after it
};

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
  void AddItems(std::vector<zmq::pollitem_t>& items);
  void OnItems(const std::vector<zmq::pollitem_t>& items, std::size_t from);
  // Whether the source's link may be read: not while the target takes less than comes.
  bool Thirsty() const;

 private:
  void Advance(MoveState state);
  void Ask(json head, void (Migration::*then)(const Parcel&), std::string_view body = {});
  void AskSource(json content, void (Migration::*then)(const json&));
  void AskTarget(json content, void (Migration::*then)(const json&));
  void Progress(const std::string& what, bool always = false);
  void Wait(std::chrono::milliseconds most, const std::string& what);
  void Step(const char* name);  // another part of the move begins, for its account

  void OnEvent(Parcel parcel);
  void PackEarly();
  void OnPackedEarly(const json& packed);
  void EndRound();
  void LoadAhead();
  void OnAhead(const json& decoded);
  void NextRound();
  void Hold();
  void Pack();
  void OnPacked(const json& packed);
  void OnFacts(const Parcel& answer);
  void OnFits(const Parcel& answer);
  void AskFits();
  void Measure();
  void AskPlan();
  void OnEcho(const Parcel& answer);
  void OnPlan(const json& plan);
  void OpenThere();
  void Ship();
  void SendInfo();
  void OnInfoThere(const Parcel& answer);
  void Again(void (Migration::*what)(), std::chrono::milliseconds after);
  void OnOpen(const Parcel& answer);
  void OnMissing(const Parcel& answer);
  void GatherSmall();
  void SendBatches();
  void SendBatch(const Batch& batch, std::vector<std::string> names);
  void ShipMore();
  void Put(json head, const std::vector<std::string>& names, std::string_view body);
  bool IsVariable(const std::string& name) const;
  double BytesOf(const std::string& blob) const { return pack_["bytes"].value(blob, 0.0); }
  void OnPiece(const std::string& path, const std::string& piece, bool last);
  void OnPut(const Parcel& answer, const std::vector<std::string>& names);
  void TakeImage();
  void OnImage(const json& outcome);
  std::chrono::milliseconds Restoring() const;  // what the image may take more than an engine that starts
  void OnBulk(const Parcel& answer);
  void LookAtBulk();
  void LookAtWire();
  void OnBlobThere(const Parcel& event);
  void OnAllThere();
  void OnSynced(const Parcel& answer);
  void Conclude();
  void KeepWaiting();
  void ShowShipped();
  double Shipped() const { return shipped_ + (bulk_ ? double(bulk_->sent()) : 0.0); }
  void StartThere(const char* start);
  void Arrive();
  void OnStarted(const Parcel& answer);
  void Forward();
  void Meet();
  void OnReady();
  void OnArrived(const json& arrived);
  void OnDeparted(const json& departed);
  void OnOwned(const json& owned);
  void Return(Error error);
  void Finish(std::optional<Error> error, json display);
  json Account() const;

  Ground ground_;
  MoveWish wish_;
  MoveHands hands_;
  MoveState state_ = MoveState::kRunning;
  std::shared_ptr<Link> link_;
  std::unique_ptr<Engine> next_;
  std::string control_, log_, waits_for_;
  bool holds_ = false, drained_ = false, hello_ = false, departing_ = false, departed_ = false, over_ = false;

  bool early_ = false;  // cells run at the source, which answers between them; what is shipped is what stands in its store
  int rounds_ = 0;      // of that, over
  std::optional<Timers::Clock::time_point> looks_since_;  // for something to ship in this round
  void (Migration::*again_)() = nullptr;  // when kMovePing rings before an engine there is met
  std::optional<Error> late_;  // of an abort that waits for the source's answer to `depart`
  json pack_, facts_, plan_, opened_, arrived_;  // facts_: of the target, with the `asked` for which they were given
  json image_;  // what was said of the image in which the session travels; null: it travels as variables
  Timers::Clock::time_point began_ = Timers::Clock::now(), measured_, shown_{};
  int echoes_ = 0;
  std::size_t echo_ = kPiece;  // bytes of each
  double bandwidth_ = 0;
  std::deque<std::string> files_;  // to ship, by name
  std::deque<std::vector<std::string>> batches_;  // of small files, to ship before them
  std::set<std::string> first_;                   // log and manifest, until they are there: an engine there begins with them
  std::optional<Mapped> file_;
  std::size_t sent_ = 0, puts_ = 0;
  bool getting_ = false, retried_ = false;
  std::string bulk_key_;
  std::unique_ptr<BulkSender> bulk_;      // null: everything goes by the link
  std::set<std::string> in_bulk_;         // blobs that it has and that are not there yet
  bool by_bulk_ = false;                  // the account of the move says so
  std::uint64_t ticked_ = 0;              // bytes sent by it when that was last shown
  bool started_ = false, ready_ = false;  // an engine there: asked for; met
  bool arrives_ = false;                  // and asked to bring the session back
  bool listed_ = false;                   // the target has said what it lacks
  bool whole_ = false, synced_ = false;   // every file is there; and on disk
  double shipped_ = 0, to_ship_ = 0, early_bytes_ = 0;  // bytes; shipped before messages waited
  double variables_ = 0;                                // of shipped_, those of variables that travelled together
  Timers::Clock::time_point held_{};  // since when messages wait
  std::vector<std::pair<std::string, Timers::Clock::time_point>> account_;  // when each part began
  std::string stem_;
  pid_t forward_ = -1, pid_ = -1;
  std::map<std::string, std::function<void(json)>> asked_;  // of the next engine, by msg_id
};

}  // namespace ferry::relay
