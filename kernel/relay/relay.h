// The relay: between front ends, whose connection never breaks, and engines, which come and go.
//
// First the session is chosen, which may mean to wait until an orphaned engine has saved it. Then:
//
//              Begin                pings came back          process ended             messages drained
//   (no engine) ----> starting ------------------> ready ------------------> mourning ----------------.
//        ^               |  process ended                                                             |
//        |               '------------------------------------> mourning                              |
//        '------------ asleep (woken by a request) / failed (told to the user) / starting again <-----'
//
// What may be trusted: only in `ready` does anything go to the engine's shell. In every state heartbeats, kernel_info,
// interrupt and shutdown are answered. An execute_request that an engine took is answered exactly once: by the engine, or by
// the relay when the engine has died and all that it had sent before has passed.
//
// Order: an execute_reply is held until the idle status of its cell arrives, since outputs travel on another socket; then
// outputs, reply and idle pass in the order in which the engine sent them.
//
// One thread (but for those of bulk.h, which send files while a session moves). It sleeps in poll() until a socket, a signal,
// the death of the parent, a socket file of a starting engine, or a deadline wakes it.
#pragma once

#include <set>

#include "kernel/relay/engine.h"
#include "kernel/relay/front.h"
#include "kernel/relay/hold.h"
#include "kernel/relay/migration.h"
#include "kernel/relay/queue.h"
#include "kernel/relay/restart.h"
#include "kernel/relay/timers.h"
#include "kernel/relay/voice.h"
#include "util/clock.h"

namespace ferry::relay {

struct Setup {
  Connection connection;
  std::string python;  // absolute path of the interpreter that engines run in
  int signals = -1;    // signalfd of SIGCHLD, SIGTERM, SIGHUP
  int parent = -1;     // pidfd of the parent process; readable when it has ended
};

class Relay {
 public:
  Relay(zmq::context_t& context, Setup setup, std::unique_ptr<Front> front, RuntimeDir dir, int files);

  // Serves until the kernel is shut down. The exit status of the program.
  int Run();

 private:
  // relay.cc: the loop.
  void Turn();
  void OnSignals();
  void OnTimers();
  void Shutdown(bool restart);
  void SendShutdown(bool restart);
  void Pump();

  // relay_front.cc: the front ends' side.
  void OnShell(Frames frames);
  void OnControl(Frames frames);
  void OnStdin(Frames frames);
  std::optional<Message> Verified(Socket& channel, Frames frames);
  bool MeantForAnother(const Message& message) const;
  void AnswerKernelInfo(Socket& channel, const Message& request);
  bool AnswerFerryComm(const Message& message);
  json Status();
  bool AnswerStatus(const Message& request);  // false: the engine is to
  void AnswerStatusesInstead();
  void Abort(std::vector<Message> executes);

  // relay_engine.cc: the engine's side.
  void ChooseSession();
  void StartEngine(Start start);
  void ConnectEngine();
  void OnEngineShell(Frames frames);
  void OnEngineControl(Frames frames);
  void OnEngineStdin(Frames frames);
  void OnEngineIopub(Frames frames);
  void PassReply(Frames idle);
  void TellRestart();
  void TellReady();
  void BecomeReady();
  void Reaped();
  void Bury();
  void Fail(const std::string& why);
  void SendHeld();

  // relay_orphan.cc: engines that go on without a relay.
  void Adopt();
  void AskToAdopt();
  void Adopted(const Message& reply);
  void GiveUpAdoption(const std::string& why);
  bool MayLeaveEngine();
  void LeaveEngine();
  json AnswerFront(const json& wish);
  void TakeLockBack();

  // relay_image.cc: system images.
  bool BringBack(Start start);
  std::optional<Error> NoImage();
  void TakeImage(bool ends);
  void ImageThere();
  void RefuseImage(const json& why);
  void OnOwnReply(const Message& message);
  void ImageReaped();
  void EndHelper();
  void Say();
  void Imaged();
  bool LostImage(const Engine& engine);

  // relay_leave.cc: the engine on another host ends.
  void EndThere();
  void OnImageThere(const json& said);
  // `carry` and what the engine's host lacks of the files that the image has mapped.
  void AddLackingThere(const json& image, json carry, std::function<void(json)> then);
  void HoldToEnd(const json& carry);
  void AskToEnd(json words);
  bool EndsThere() const { return ends_there_.has_value(); }

  // relay_hold.cc: the engine stands still while its session moves in an image.
  void HoldSource(const json& carry, std::function<void(json)> then);
  void HoldThere(const json& carry, std::function<void(json)> refused);
  void AskToStandStill(json words);
  void OnHoldTimer();
  void Held(const json& outcome);
  void AskHeld(const json& content, std::function<void(json)> answer);
  void LetGoSource(bool end);
  void ForgetHold();
  void GoesOn();
  bool holds() const { return hold_ || held_there_; }

  // relay_move.cc: the session moves.
  void WantMove(const json& words, std::optional<Sent> asked);
  void StartMove(MoveWish wish);
  void DrainForMove();
  bool HoldForMove(Frames& idle);
  void EndMove();
  void AskEngineToMove(json content, std::function<void(json)> answer);
  bool OnMoveReply(const Message& reply);
  void AnswerMove(const std::optional<Error>& error, const json& display);
  void FailCell(const Error& error);
  void ShowMove(json bundle);
  json MoveObject(std::vector<std::string> messages) const;
  bool BuryDuringMove();

  // relay_away.cc: the session lives on another host.
  void TakeOver(MoveOutcome outcome);
  void OnHarbourEvent(const Parcel& parcel);
  void AddMoveItems(std::vector<PollItem>& items);
  void OnMoveItems(const std::vector<PollItem>& items, std::size_t from);
  bool StartFetch(const std::string& host);
  void OnFetched();

  bool ready() { return engine_ && engine_->ready() && !ending_ && !imaging_ && !holds() && !EndsThere() && !(exits_ && !queue_.running()); }

  zmq::context_t& context_;
  Setup setup_;
  Signer signer_;
  Author author_;
  std::unique_ptr<Front> front_;
  Voice voice_;
  RuntimeDir dir_;
  const std::optional<std::int64_t> process_start_ = ProcessStartMicros();
  int files_;  // inotify of the runtime folder
  Timers timers_;

  SessionChooser chooser_;
  bool adopts_ = true;    // an engine that goes on without a relay is taken over; false once that failed
  bool detached_ = false; // the engine goes on when the front end leaves
  Choice choice_;
  Timers::Clock::time_point began_ = Timers::Clock::now();
  Queue queue_;
  RestartPolicy policy_;
  std::pair<std::size_t, int> deadly_;  // the code of the cell in which an engine ended last, and how many have ended in it
  std::unique_ptr<Engine> engine_;
  std::optional<Ending> ending_;  // the engine has ended; what it sent before is still passing
  int engines_ = 0;               // started so far
  bool asleep_ = false;
  std::string failure_;           // why no engine will be started again; empty: none failed for good

  std::optional<Message> held_reply_;  // of the running cell, until its idle status comes
  bool idle_passed_ = false;           // of the running cell
  bool exits_ = false;                 // the running cell, or the last one, said exit(): the engine ends after it
  int inputs_ = 0;                     // input_requests that were not answered

  std::string kernel_info_;  // content of the first engine's answer; empty before
  std::vector<std::pair<Socket*, Sent>> held_infos_;
  std::vector<Message> held_control_;  // until the engine is ready
  Owed owed_control_;
  std::vector<Sent> statuses_;      // requests for the status that the engine has not answered yet
  std::set<std::string> too_late_;  // ids of those that were answered here meanwhile
  std::set<std::string> comms_;  // open comms of target `ferry`

  std::optional<MoveWish> wish_;        // a move that was asked for and has not begun
  std::optional<Sent> move_asked_;      // the control request that asked for it
  bool cell_asks_ = false;              // the running cell did, and its reply waits
  std::optional<Error> unwanted_;       // why what the running cell asked for is not begun
  std::unique_ptr<Migration> move_;
  std::optional<MoveOutcome> moved_;    // of move_, until the end of the turn
  Frames held_idle_;                    // of the cell that moves the session
  std::string move_cell_;               // header of the cell that shows the move; empty: none does
  std::string move_shown_;              // display id of its progress; empty before the first
  bool move_json_ = false;              // it is shown as one JSON object
  bool move_holds_ = false;             // what comes for the engine waits until the move is over
  bool drain_due_ = false;              // no other cell begins, so that it can
  bool draining_ = false;               // a ping of the move is on its way through the source's shell
  std::map<std::string, std::function<void(json)>> move_answers_;
  std::size_t move_items_ = 0;          // of the engine's link, in the items of a turn
  pid_t fetch_ = -1;                    // the program that brings the session back
  std::string stays_away_;              // why that failed
  Host host_{Host::kHome, Host::kHome, ""};  // where the session is
  // An image of the engine is being taken. Nothing is sent to the engine meanwhile.
  struct Imaging {
    bool ends = false;         // the engine ends with it
    std::string wake;          // the socket at which the engine waits
    pid_t helper = -1;         // ferry-image; -1 once it has ended
    json outcome;              // what it said
  };
  std::optional<Imaging> imaging_;
  std::optional<Wake> door_;   // an engine will come for its word
  std::string adopts_at_;  // where that is while an engine is taken over
  std::string word_;

  std::unique_ptr<Hold> hold_;  // of a source on this host
  bool held_there_ = false;     // a source on another host is held by its harbour
  std::function<void(json)> held_;  // waits for the image

  // The engine on another host is told to end.
  struct EndingThere {
    Timers::Clock::time_point began = Timers::Clock::now();
    bool asked = false;   // it has been asked, and ends whatever comes of the image
    bool imaged = false;  // the image is on disk there
  };
  std::optional<EndingThere> ends_there_;

  bool leaving_ = false;  // shutdown was asked for
  bool restarting_ = false;  // and a clean start after it
  bool done_ = false;
};

constexpr std::size_t kLogTail = 2000;  // bytes of the engine's log in a report
constexpr std::size_t kCrashTail = 64 << 10;  // and of what it says of a crash, which names many modules

// A line on stderr, which the front end keeps in its log.
void Log(const std::string& line);

}  // namespace ferry::relay
