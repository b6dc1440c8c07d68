#include "kernel/relay/migration.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "kernel/relay/end.h"
#include "kernel/relay/wire_names.h"
#include "serializer/format/frame.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGreet{30000}, kAnswer{120000}, kStart{90000}, kAgain{200}, kPingEvery{50};
constexpr milliseconds kSolve{20000};          // how long a hand-over waits for the target's last word
constexpr milliseconds kShowEvery{250};        // progress: at most four times a second
constexpr std::size_t kAhead = 8 << 20;        // bytes on their way to the target
constexpr double kRestore = 25e3;              // bytes of an image that come back in a millisecond, on a busy machine
constexpr int kEchoes = 4;                     // pieces that measure the wire
constexpr std::size_t kLeastEcho = 4 << 10;    // bytes of one
constexpr int kRounds = 3;                     // of shipping, before the session is held
constexpr milliseconds kSettle{10000};         // how long a round waits until all is saved

Error ErrorOf(const json& answer, const std::string& where) {
  std::string what = StringAt(answer, "what");
  return {Code::kIo, what.empty() ? where + " gave no answer" : where + ": " + what, StringAt(answer, "remedy")};
}

std::string Size(double bytes) {
  char text[32];
  if (bytes < 1e6) std::snprintf(text, sizeof text, "%.0f KB", bytes / 1e3);
  else if (bytes < 1e9) std::snprintf(text, sizeof text, "%.1f MB", bytes / 1e6);
  else std::snprintf(text, sizeof text, "%.2f GB", bytes / 1e9);
  return text;
}

double Seconds(Timers::Clock::duration d) { return std::chrono::duration<double>(d).count(); }

// A test stops the relay at a named step of a move, does its harm, and lets it go on (SIGCONT). FERRY_MOVE_STOP names a
// file that holds the step.
void NamedFault(const char* step) {
  const char* file = std::getenv("FERRY_MOVE_STOP");
  if (!file) return;
  auto wanted = ReadFile(file);
  if (wanted && *wanted == step) ::raise(SIGSTOP);
}

}  // namespace

const char* Name(MoveState state) {
  constexpr const char* names[] = {"running", "precopy", "quiesced", "shipped", "verified", "handed-over", "aborted"};
  return names[static_cast<int>(state)];
}

Migration::~Migration() {
  ground_.timers.Clear(Timer::kMove);
  ground_.timers.Clear(Timer::kMovePing);
  ground_.timers.Clear(Timer::kMoveTick);
}

void Migration::Advance(MoveState state) {
  state_ = state;
  NamedFault(Name(state));
}

void Migration::Wait(milliseconds most, const std::string& what) {
  waits_for_ = what;
  ground_.timers.Set(Timer::kMove, most);
}

void Migration::Step(const char* name) { account_.emplace_back(name, Timers::Clock::now()); }

void Migration::Ask(json head, void (Migration::*then)(const Parcel&), std::string_view body) {
  if (pack_.is_object()) head["session"] = pack_["session"];
  link_->Ask(std::move(head), [this, then](Parcel answer) {
    if (!over_) (this->*then)(answer);
  }, body);
}

void Migration::AskSource(json content, void (Migration::*then)(const json&)) {
  hands_.ask_source(std::move(content), [this, then](json answer) {
    if (!over_) (this->*then)(answer);
  });
}

void Migration::AskTarget(json content, void (Migration::*then)(const json&)) {
  content["v"] = 1;
  Frames frames = ground_.author.Make({}, "ferry_move_request", "{}", Text(content));
  auto made = Message::Parse(std::move(frames));
  asked_[made->id()] = [this, then](json answer) {
    if (!over_) (this->*then)(answer);
  };
  Send(next_->control, std::move(*made).Take());
}

void Migration::Progress(const std::string& what, bool always) {
  auto now = Timers::Clock::now();
  if (wish_.reach) return;
  if (!always && now - shown_ < kShowEvery) return;
  shown_ = now;
  hands_.progress((wish_.plan ? "Looking at " : "Moving to ") + wish_.host.text + ": " + what);
}

// -- RUNNING: the other end, the source's state, the plan

void Migration::Begin() {
  std::string stem = ground_.dir.path() + "/m" + std::to_string(ground_.number);
  control_ = stem + "c";
  log_ = stem + ".log";
  auto command = HarbourOf(wish_.host, stem, ground_.python, ground_.author.session());
  if (!command) return Finish(command.error(), nullptr);
  auto link = Link::Open(std::move(*command));
  if (!link) return Finish(link.error(), nullptr);
  link_ = std::move(*link);
  link_->on_event([this](Parcel p) { OnEvent(std::move(p)); });
  Wait(kGreet, "the other end to answer");
  if (wish_.reach) return void(pack_ = {{"session", ground_.choice.sid}});
  Progress("connecting", true);
  Step("connect");
  if (!wish_.background) hands_.drain();
}

void Migration::OnEvent(Parcel parcel) {
  if (over_) return;
  std::string event = StringAt(parcel.head, "event");
  if (event == "hello") {
    if (parcel.head.value("v", 0) != kLinkVersion) {
      return Abort({Code::kRefused, wish_.host.text + " has Kernelferry " + StringAt(parcel.head, "version") + ", which speaks another protocol",
                    "install " FERRY_VERSION " there"});
    }
    hello_ = true;
    if (wish_.reach) return OpenThere();
    if (!wish_.plan && !wish_.host.home() && !ground_.source) {
      bulk_key_ = RandomHex(kBulkKeyBytes);
      Ask({{"op", "bulk"}, {"session", ground_.choice.sid}, {"key", bulk_key_}, {"sockets", kBulkSockets}}, &Migration::OnBulk);
    }
    if (wish_.background) PackEarly();
    else Pack();
  } else if (event == "bound" && !stem_.empty() && !next_) {
    Forward();
  } else if (event == "arrived") {
    OnBlobThere(parcel);
  } else if (event == "ended") {
    Abort({Code::kIo, "the engine on " + wish_.host.text + " ended: " + StringAt(parcel.head, "log"), "run `jupyter ferry doctor` there"});
  }
}

// The source answers when no cell runs, however long that takes.
void Migration::PackEarly() {
  early_ = true;
  ground_.timers.Clear(Timer::kMove);
  if (!looks_since_) {
    looks_since_ = Timers::Clock::now();
    Step("precopy");
  }
  AskSource({{"verb", "pack"}, {"system", wish_.system}, {"early", true}}, &Migration::OnPackedEarly);
}

void Migration::OnPackedEarly(const json& packed) {
  if (StringAt(packed, "status") != "ok") return Abort(ErrorOf(packed, "the session could not be saved"));
  const bool waits = Timers::Clock::now() - *looks_since_ < kSettle;
  if (!FlagAt(packed, "settled", false) && waits) return Again(&Migration::PackEarly, kAgain);
  looks_since_.reset();
  const bool news = packed.contains("manifest") && (!pack_.is_object() || pack_["generation"] != packed["generation"]);
  return news ? OnPacked(packed) : Hold();
}

void Migration::EndRound() {
  listed_ = false;
  if (plan_["ahead"].is_object() && !FlagAt(opened_, "same", false) && !plan_["image"].is_object()) LoadAhead();
  else NextRound();
}

// What the engine there has of the session when messages begin to wait need not be loaded then.
void Migration::LoadAhead() {
  if (!started_) {
    Step("start ahead");
    Wait(kStart, "an engine to start there");
    return StartThere("arrive");
  }
  Step("load ahead");
  Wait(kAnswer * 30, "variables to be decoded there");
  Progress("loading what is there already", true);
  json content = plan_["ahead"];
  content["verb"] = "ahead";
  AskTarget(std::move(content), &Migration::OnAhead);
}

void Migration::OnAhead(const json& decoded) {
  if (StringAt(decoded, "status") != "ok") return Abort(ErrorOf(decoded, wish_.host.text));
  NamedFault("ahead");
  NextRound();
}

void Migration::NextRound() {
  if (++rounds_ < kRounds) PackEarly();
  else Hold();
}

// The running cell ends first.
void Migration::Hold() {
  early_ = false;
  ground_.timers.Clear(Timer::kMove);
  Step("wait");
  hands_.drain();
  if (!holds_) Progress("ready, when the running cell has ended", true);
}

void Migration::OnHeld() {
  holds_ = true;
  held_ = Timers::Clock::now();
  early_bytes_ = Shipped();
  if (wish_.background) Wait(kAnswer, "the engine");
}

void Migration::OnDrained() {
  drained_ = true;
  Pack();
}

void Migration::Pack() {
  if (!drained_ || !hello_) return;
  Wait(kAnswer * 10, "the session to be saved");
  Progress("saving", true);
  Step("save");
  AskSource({{"verb", "pack"}, {"system", wish_.system}}, &Migration::OnPacked);
}

void Migration::OnPacked(const json& packed) {
  if (StringAt(packed, "status") != "ok") return Abort(ErrorOf(packed, "the session could not be saved"));
  pack_ = packed;
  Wait(kAnswer, "what is installed there");
  const json asked = {{"op", "facts"}, {"packages", pack_["packages"]}, {"files", pack_["files"]}};
  const bool known = facts_.is_object() && facts_["asked"] == asked && pack_["files"].empty();  // files change
  if (known) return AskFits();
  Progress("examining it", true);
  if (!early_) Step("examine");
  facts_["asked"] = asked;
  Ask(asked, &Migration::OnFacts);
}

void Migration::OnFacts(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  facts_.update(answer.head);
  AskFits();
}

void Migration::AskFits() {
  facts_.erase("image");
  if (pack_["image"].is_object()) Ask({{"op", "fits"}, {"image", pack_["image"]}}, &Migration::OnFits);
  else Measure();
}

void Migration::OnFits(const Parcel& answer) {
  facts_["image"] = answer.head;
  Measure();
}

// The first piece opens the window of the wire, the others are measured. All of them together are an eighth of what may have to
// be sent, or little.
void Migration::Measure() {
  if (bandwidth_ > 0) return AskPlan();
  double sum = 0;
  for (const json& bytes : pack_["bytes"]) sum += bytes.get<double>();
  echo_ = std::clamp(static_cast<std::size_t>(sum / 8 / kEchoes), wish_.plan ? kPiece : kLeastEcho, kPiece);
  std::string piece(echo_, '\x5a');
  for (int i = 0; i < kEchoes; ++i) Ask({{"op", "echo"}}, &Migration::OnEcho, piece);
}

void Migration::OnEcho(const Parcel&) {
  if (++echoes_ == 1) measured_ = Timers::Clock::now();
  if (echoes_ < kEchoes) return;
  bandwidth_ = (kEchoes - 1) * double(echo_) / std::max(Seconds(Timers::Clock::now() - measured_), 1e-6);
  AskPlan();
}

void Migration::AskPlan() {
  if (early_) ground_.timers.Clear(Timer::kMove);
  else Step("plan");
  json there = facts_;
  there.erase("asked");
  AskSource({{"verb", "plan"}, {"facts", there}, {"bandwidth", bandwidth_}, {"policy", wish_.policy}, {"force", wish_.force},
             {"yes", wish_.yes}, {"host", wish_.host.text}, {"system", wish_.system}}, &Migration::OnPlan);
}

void Migration::OnPlan(const json& plan) {
  if (StringAt(plan, "status") != "ok") return Abort(ErrorOf(plan, "the plan"));
  plan_ = plan;
  if (wish_.plan) {
    hands_.ask_source({{"verb", "stay"}}, [](json) {});
    return Finish(std::nullopt, plan["display"]);
  }
  if (early_ && plan["refused"].is_object()) return Hold();  // the reason may be gone by then
  if (started_ && plan["image"].is_object()) {
    return Abort({Code::kAborted, "a system image has become necessary since the move began", "try again"});
  }
  if (plan["refused"].is_object()) return Abort({Code::kRefused, StringAt(plan["refused"], "what"), StringAt(plan["refused"], "remedy")});
  if (opened_.is_object()) Ship();
  else OpenThere();
}

// -- PRECOPY: blobs

void Migration::OpenThere() {
  Ask({{"op", "open"}, {"token", pack_.value("token", "")}, {"info", pack_.value("info", json())}, {"take", wish_.reach}}, &Migration::OnOpen);
}

void Migration::OnOpen(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) {
    if (StringAt(answer.head, "code") != "aborted") return Abort(ErrorOf(answer.head, wish_.host.text));
    return Again(&Migration::OpenThere, kAgain);  // an engine there is saving the session, and ends
  }
  opened_ = answer.head;
  if (wish_.reach) return StartThere(Name(wish_.start));
  if (!FlagAt(opened_, "same", false) && opened_.value("epoch", 0) > pack_.value("epoch", 0) && !wish_.force) {
    return Abort({Code::kRefused, wish_.host.text + " has a later state of this session", "open it there, or move with --force"});
  }
  Advance(MoveState::kPrecopy);
  if (!over_) Ship();
}

void Migration::Ship() {
  if (!early_) {
    Step("ship");
    Advance(MoveState::kQuiesced);
    if (over_) return;
    if (!FlagAt(opened_, "same", false)) SendInfo();
  }
  Wait(kAnswer, wish_.host.text);
  Ask({{"op", "missing"}, {"blobs", plan_["blobs"]}}, &Migration::OnMissing);
}

// What is known of the session besides its log and generations, which an earlier visit may have left there as it was then. Who
// owns it is not said.
void Migration::SendInfo() {
  json fields = pack_["info"];
  for (const char* key : {"epoch", "moved_to"}) fields.erase(key);
  Ask({{"op", "set"}, {"fields", fields}}, &Migration::OnInfoThere);
}

void Migration::OnInfoThere(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) Abort(ErrorOf(answer.head, wish_.host.text));
}

void Migration::Again(void (Migration::*what)(), milliseconds after) {
  again_ = what;
  ground_.timers.Set(Timer::kMovePing, after);
}

void Migration::OnMissing(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  const bool same = FlagAt(opened_, "same", false), image = plan_["image"].is_object();  // an image starts when it is there
  if (!early_ && !arrives_ && same && !image) Arrive();
  else if (!early_ && !arrives_ && !same) files_ = {"log", StringAt(pack_, "manifest")};
  first_ = {files_.begin(), files_.end()};
  listed_ = true;
  if (bulk_) ground_.timers.Set(Timer::kMoveTick, kShowEvery);
  for (const json& blob : answer.head["missing"]) {
    files_.push_back(blob);
    to_ship_ += BytesOf(blob);
  }
  GatherSmall();
  ShipMore();
}

bool Migration::IsVariable(const std::string& name) const {
  const json& items = pack_["items"];
  return Digest::FromHex(name) && std::find(items.begin(), items.end(), name) == items.end();
}

// Small files leave together: first what the engine there begins with and what belongs to the process, then the variables.
void Migration::GatherSmall() {
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

void Migration::SendBatches() {
  while (!over_ && link_->open() && !batches_.empty() && !getting_ && link_->waiting() < kAhead) {
    auto names = std::move(batches_.front());
    batches_.pop_front();
    if (!ground_.source) {
      auto batch = Gather(store::StoreFiles(ground_.choice.home).Session(StringAt(pack_, "session")), names);
      if (!batch) return Abort(batch.error());
      SendBatch(*batch, std::move(names));
      continue;
    }
    getting_ = true;
    ground_.source->Ask({{"op", "gather"}, {"session", pack_["session"]}, {"paths", names}}, [this, names](Parcel answer) {
      if (over_) return;
      getting_ = false;
      if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, "the source"));
      SendBatch({answer.head["files"], std::move(answer.body), answer.head["left"]}, names);
      ShipMore();
    });
  }
}

void Migration::SendBatch(const Batch& batch, std::vector<std::string> names) {
  std::erase_if(names, [&](const std::string& name) { return std::find(batch.left.begin(), batch.left.end(), name) != batch.left.end(); });
  files_.insert(files_.begin(), batch.left.begin(), batch.left.end());
  if (names.empty()) return;
  KeepWaiting();
  for (const std::string& name : names) to_ship_ -= BytesOf(name);
  to_ship_ += double(batch.body.size());
  shipped_ += double(batch.body.size());
  if (IsVariable(names.front())) variables_ += double(batch.body.size());
  ShowShipped();
  Put({{"op", "scatter"}, {"files", batch.files}}, names, batch.body);
}

void Migration::Put(json head, const std::vector<std::string>& names, std::string_view body) {
  ++puts_;
  head["session"] = pack_["session"];
  link_->Ask(std::move(head), [this, names](Parcel answer) {
    if (!over_) OnPut(answer, names);
  }, body);
}

// Keeps as much on its way as the wire takes. Files leave one after the other; each is answered once it was compared there.
void Migration::ShipMore() {
  SendBatches();
  if (bulk_ && bulk_->state() == BulkSender::State::kOpen) {
    store::SessionFiles files = store::StoreFiles(ground_.choice.home).Session(StringAt(pack_, "session"));
    std::erase_if(files_, [&](const std::string& name) {
      const bool beside = Digest::FromHex(name) || (IsOfImage(name) && !IsBundle(name));
      if (beside && in_bulk_.insert(name).second) bulk_->Put(name, PathOf(files, name));
      return beside;
    });
  }
  while (!over_ && link_->open() && !getting_ && link_->waiting() < kAhead) {
    if (!file_ && files_.empty()) break;
    std::string name = files_.front();
    if (bulk_ && Digest::FromHex(name) && !file_) return;  // how blobs travel is known within seconds
    if (IsBundle(name) && !in_bulk_.empty()) return;       // with it the image is whole
    if (ground_.source) {
      getting_ = true;
      ground_.source->Ask({{"op", "get"}, {"session", pack_["session"]}, {"path", name}}, [this, name](Parcel piece) {
        if (over_) return;
        if (!FlagAt(piece.head, "ok", false)) return Abort(ErrorOf(piece.head, "the source"));
        bool last = !FlagAt(piece.head, "more", false);
        if (last) getting_ = false;
        OnPiece(name, piece.body, last);
        if (last) ShipMore();
      });
      return;
    }
    if (!file_) {
      auto opened = Mapped::Open(PathOf(store::StoreFiles(ground_.choice.home).Session(StringAt(pack_, "session")), name));
      if (!opened) return Abort(opened.error());
      file_.emplace(std::move(*opened));
      sent_ = 0;
    }
    std::string piece(file_->bytes().substr(sent_, kPiece));
    sent_ += piece.size();
    bool last = sent_ == file_->bytes().size();
    if (last) file_.reset();
    OnPiece(name, piece, last);
  }
  if (!over_ && batches_.empty() && files_.empty() && puts_ == 0 && !getting_ && in_bulk_.empty() && listed_ && !whole_) OnAllThere();
}

// Every file is there. What is synced meanwhile is not waited for before the last step.
void Migration::OnAllThere() {
  if (early_) return EndRound();
  whole_ = true;
  if (state_ == MoveState::kQuiesced) Advance(MoveState::kShipped);
  if (over_) return;
  if (plan_["image"].is_object() && !image_.is_object()) return TakeImage();
  Arrive();
  Step("load");
  KeepWaiting();
  synced_ = false;
  Ask({{"op", "sync"}}, &Migration::OnSynced);
  if (retried_) AskTarget({{"verb", "again"}}, &Migration::OnArrived);
}

// In an image everything comes that is in the process; it is taken when all that its generation needs is there.
void Migration::TakeImage() {
  Step("image");
  Wait(kAnswer * 30, "the system image");
  Progress("taking a system image", true);
  hands_.hold(plan_["image"]["carry"], [this](json outcome) {
    if (!over_) OnImage(outcome);
  });
}

milliseconds Migration::Restoring() const {
  return milliseconds(image_.is_object() ? static_cast<long>(image_.value("bytes", 0.0) / kRestore) : 0L);
}

void Migration::OnSynced(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  synced_ = true;
  Conclude();
}

// What the move may wait for now, whatever came last.
void Migration::KeepWaiting() {
  if (!whole_) Wait(kAnswer, "the wire");
  else if (!ready_) Wait(kStart + Restoring(), "an engine to start there");
  else Wait(kAnswer * 30, "the variables to come back there");
}

// -- blobs beside the link

void Migration::OnBulk(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return;
  bulk_ = std::make_unique<BulkSender>(StringAt(answer.head, "address"), answer.head.value("port", 0), FromHex(bulk_key_));
}

void Migration::LookAtBulk() {
  bulk_->Hush();
  if (bulk_->state() == BulkSender::State::kConnecting) return;
  if (bulk_->state() == BulkSender::State::kBroken) {
    shipped_ += double(bulk_->sent());
    bulk_.reset();
    files_.insert(files_.end() - (!files_.empty() && IsBundle(files_.back())), in_bulk_.begin(), in_bulk_.end());
    in_bulk_.clear();
  } else {
    by_bulk_ = true;
    ground_.timers.Set(Timer::kMoveTick, kShowEvery);
  }
  if (listed_) ShipMore();
}

void Migration::OnBlobThere(const Parcel& event) {
  std::string path = StringAt(event.head, "path");
  if (!FlagAt(event.head, "ok", false)) return Abort(ErrorOf(event.head, wish_.host.text));
  if (!in_bulk_.contains(path)) return;  // it went by the link after all
  in_bulk_.erase(path);
  KeepWaiting();
  ShipMore();
}

// The source stands still, and its image is on disk. The bundle travels last: with it the image is whole.
void Migration::OnImage(const json& outcome) {
  if (!FlagAt(outcome, "ok", false)) return Abort(ErrorOf(outcome, "the system image"));
  if (outcome.value("generation", 0u) != pack_.value("generation", 0u)) {
    return Abort({Code::kAborted, "the session changed while it was on its way", "try again"});
  }
  image_ = outcome;
  whole_ = false;
  to_ship_ = Shipped();
  const std::string folder = ImageName(outcome.value("generation", 0u)) + "/";
  if (!FlagAt(opened_, "same", false)) {
    for (const json& file : outcome["files"]) {
      files_.push_back(folder + file[0].get<std::string>());
      to_ship_ += file[1].get<double>();
    }
    files_.push_back(folder + "bundle");
  }
  ShipMore();
}

void Migration::OnPiece(const std::string& path, const std::string& piece, bool last) {
  KeepWaiting();
  shipped_ += double(piece.size());
  ShowShipped();
  if (last) {
    files_.pop_front();
    Put({{"op", "put"}, {"path", path}, {"last", true}}, {path}, piece);
  } else {
    link_->Tell({{"op", "put"}, {"path", path}, {"last", false}, {"session", pack_["session"]}}, piece);
  }
}

void Migration::OnPut(const Parcel& answer, const std::vector<std::string>& names) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  --puts_;
  for (const std::string& name : names) first_.erase(name);
  if (!early_ && first_.empty() && !plan_["image"].is_object()) Arrive();
  ShipMore();
}

void Migration::ShowShipped() {
  const double sent = Shipped();
  Progress("sent " + Size(sent) + " of " + Size(std::max(sent, to_ship_)));
}

bool Migration::Thirsty() const { return !link_ || link_->waiting() < 2 * kAhead; }

// -- SHIPPED: an engine there

void Migration::StartThere(const char* start) {
  started_ = true;
  if (wish_.reach) Wait(kStart, "an engine to start there");
  Progress("starting an engine", true);
  const char* seed = std::getenv("PYTHONHASHSEED");
  Ask({{"op", "start"}, {"start", start}, {"hash_seed", seed ? seed : ground_.choice.hash_seed}, {"anonymous", ground_.choice.anonymous},
       {"image", image_.is_object() ? image_.value("generation", 0u) : 0u}, {"key", ground_.front.key}, {"kernel_name", ground_.front.kernel_name},
       {"front_end", ground_.front.front_end}, {"id_of_session", ground_.author.session()}},
      &Migration::OnStarted);
}

void Migration::OnStarted(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return Abort(ErrorOf(answer.head, wish_.host.text));
  stem_ = StringAt(answer.head, "stem");
  pid_ = answer.head.value("pid", -1);
}

void Migration::Forward() {
  if (wish_.host.home()) return Meet();
  std::vector<std::pair<std::string, std::string>> sockets;
  for (const char* end : {"-1", "-2", "-3", "-4"}) sockets.emplace_back(ground_.dir.Stem(ground_.number) + end, stem_ + end);
  auto words = SshForward(wish_.host, control_, sockets);
  if (!words) return Abort(words.error());
  Command command;
  command.argv = *words;
  command.environment = EnvironmentWith({});
  command.log = log_;
  auto pid = Spawn(command);
  if (!pid) return Abort(pid.error());
  forward_ = *pid;
}

void Migration::OnChild() {
  if (forward_ <= 0) return;
  int status = 0;
  if (::waitpid(forward_, &status, WNOHANG) != forward_) return;
  forward_ = -1;
  if (over_) return;
  if (status != 0) return Abort(ExplainSsh(wish_.host, link_->said()));
  Meet();
}

void Migration::Meet() {
  std::string stem = wish_.host.home() ? stem_ : ground_.dir.Stem(ground_.number);
  next_ = Engine::Meet(ground_.context, ground_.front, stem, ground_.number, wish_.start, link_);
  next_->Lives(pid_);
  ground_.timers.Set(Timer::kMovePing, milliseconds(0));
}

void Migration::OnReady() {
  ground_.timers.Clear(Timer::kMovePing);
  if (wish_.reach) {
    link_->Tell({{"op", "begin"}});
    return Finish(std::nullopt, nullptr);
  }
  ready_ = true;
  if (early_) return LoadAhead();
  Arrive();
}

// Log and manifest are there: an engine is started, or the one that was is asked to bring the session back.
void Migration::Arrive() {
  if (!started_) return StartThere("arrive");
  if (!ready_ || std::exchange(arrives_, true)) return;
  KeepWaiting();
  Progress("bringing the variables back", true);
  AskTarget({{"verb", "arrive"}, {"generation", pack_["generation"]}, {"replays", plan_["replays"]}, {"comms", pack_["comms"]},
             {"blobs", plan_["blobs"]}, {"image", image_.is_object()}, {"cwd", pack_["cwd"]}}, &Migration::OnArrived);
}

// What did not come out equal by replay is asked of the source in its stored form, once.
void Migration::OnArrived(const json& arrived) {
  if (StringAt(arrived, "status") != "ok") return Abort(ErrorOf(arrived, wish_.host.text));
  arrived_ = arrived;
  if (!retried_ && !arrived["retry"].empty()) {
    retried_ = true;
    Progress("replayed cells gave something else; sending it stored", true);
    arrived_ = nullptr;
    whole_ = listed_ = false;
    return Ask({{"op", "missing"}, {"blobs", arrived["retry"]}}, &Migration::OnMissing);
  }
  if (!arrived["failed"].empty() && !wish_.force) {
    return Abort({Code::kRefused, "on " + wish_.host.text + " these did not come back as they are: " + StringAt(arrived, "failed_text"),
                  "%migrate " + wish_.host.text + " --force moves without them"});
  }
  Conclude();
}

void Migration::Conclude() {
  if (!arrived_.is_object() || !whole_ || !synced_) return;
  Advance(MoveState::kVerified);
  if (over_) return;
  if (!link_->open()) return Abort({Code::kIo, "the wire to " + wish_.host.text + " was cut", "try again when it is there"});
  Progress("handing over", true);
  Step("depart");
  departing_ = true;
  AskSource({{"verb", "depart"}, {"epoch", pack_.value("epoch", 0) + 1}, {"host", wish_.host.text}}, &Migration::OnDeparted);
}

// -- VERIFIED: the hand-over

void Migration::OnDeparted(const json& departed) {
  departing_ = false;
  if (StringAt(departed, "status") != "ok") return Abort(late_ ? *late_ : ErrorOf(departed, "the session"));
  departed_ = true;
  hands_.release();
  if (late_) return Return(*late_);
  NamedFault("departed");
  if (!link_->open()) return Return({Code::kIo, "the wire to " + wish_.host.text + " was cut", ""});
  Wait(kSolve * 30, "the session to be saved there");
  Step("own");
  AskTarget({{"verb", "own"}, {"epoch", pack_.value("epoch", 0) + 1}}, &Migration::OnOwned);
}

void Migration::OnOwned(const json& owned) {
  if (StringAt(owned, "status") != "ok") return Return(ErrorOf(owned, wish_.host.text));
  link_->Tell({{"op", "begin"}});
  Advance(MoveState::kHandedOver);
  Step("");
  json display = arrived_["display"];
  if (display.is_object() && display["application/json"].is_object()) display["application/json"].update(Account());
  char text[160];
  std::snprintf(text, sizeof text, "Moved to %s in %.1f s, %s sent. ", wish_.host.text.c_str(), Seconds(Timers::Clock::now() - began_),
                Size(Shipped()).c_str());
  if (display.is_object()) {
    display["text/plain"] = text + StringAt(display, "text/plain");
    display["text/html"] = "<div>" + std::string(text) + "</div>" + StringAt(display, "text/html");
  } else {
    display = {{"text/plain", text}};
  }
  Finish(std::nullopt, display);
}

// What the move took, for programs.
json Migration::Account() const {
  json steps = json::array();
  for (std::size_t i = 0; i + 1 < account_.size(); ++i) {
    steps.push_back({account_[i].first, Seconds(account_[i + 1].second - account_[i].second)});
  }
  auto now = account_.back().second;
  return {{"seconds", Seconds(now - began_)}, {"pause", Seconds(now - held_)}, {"bytes_moved", Shipped()}, {"bytes_early", early_bytes_}, {"bytes_variables", variables_}, {"wire", by_bulk_ ? "bulk" : "ssh"}, {"steps", steps}};
}

// -- ends

void Migration::Abort(Error error) {
  if (over_) return;
  if (departing_) {  // what it has been asked for it may have done: its answer comes first
    late_ = late_ ? late_ : error;
    return;
  }
  if (departed_) return Return(std::move(error));
  if (pack_.is_object() && !wish_.reach) hands_.ask_source({{"verb", "stay"}}, [](json) {});
  Finish(std::move(error), nullptr);
}

void Migration::OnSourceEnded() {
  Error error{Code::kIo, "the engine ended while its session moved", ""};
  if (std::exchange(departing_, false)) Return(error);
  else Abort(error);
}

// The source takes the session back, with an epoch above the one that the target may have written.
void Migration::Return(Error error) {
  if (over_) return;
  over_ = true;
  departing_ = false;
  link_.reset();  // its harbour kills the engine there
  next_.reset();
  hands_.ask_source({{"verb", "return"}, {"epoch", pack_.value("epoch", 0) + 2}}, [this, error](json answer) {
    over_ = false;
    if (StringAt(answer, "status") == "ok") return Finish(error, nullptr);
    Finish(Error{error.code, error.what + "; and the source could not take the session back: " + StringAt(answer, "what"), StringAt(answer, "remedy")},
           nullptr);
  });
}

void Migration::Finish(std::optional<Error> error, json display) {
  over_ = true;
  MoveOutcome outcome;
  outcome.error = std::move(error);
  outcome.display = std::move(display);
  if (outcome.error) state_ = MoveState::kAborted;
  else if (!wish_.plan) outcome.link = link_, outcome.engine = std::move(next_), outcome.opened = opened_;
  hands_.finished(std::move(outcome));
}

// -- from the relay's loop

void Migration::OnTimer() {
  if (ground_.timers.Expired(Timer::kMovePing) && !over_) {
    if (!next_) return (this->*again_)();
    next_->Ping(ground_.author);
    ground_.timers.Set(Timer::kMovePing, kPingEvery);
  }
  if (ground_.timers.Expired(Timer::kMoveTick) && !over_ && bulk_ && listed_ && !whole_) {
    if (std::exchange(ticked_, bulk_->sent()) != bulk_->sent()) KeepWaiting();
    ShowShipped();
    ground_.timers.Set(Timer::kMoveTick, kShowEvery);
  }
  if (ground_.timers.Expired(Timer::kMove) && !over_) {
    Abort({Code::kIo, "waited in vain for " + waits_for_, "see that `ssh " + wish_.host.destination + "` works, and try again"});
  }
  LookAtWire();
}

// A link may close when something is written, whoever does that; it is not polled then.
void Migration::LookAtWire() {
  if (over_ || !link_ || link_->open() || late_) return;
  Abort(link_->greeted() ? Error{Code::kIo, "the wire to " + wish_.host.text + " was cut", "try again when it is there"}
                         : ExplainSsh(wish_.host, link_->said()));
}

void Migration::AddItems(std::vector<zmq::pollitem_t>& items) {
  if (link_ && link_->open()) {
    items.push_back({nullptr, link_->in(), ZMQ_POLLIN, 0});
    items.push_back({nullptr, link_->out(), static_cast<short>(link_->wants_to_write() ? ZMQ_POLLOUT : 0), 0});
  }
  if (bulk_) items.push_back({nullptr, bulk_->fd(), ZMQ_POLLIN, 0});
  if (next_) {
    for (zmq::socket_t* s : {&next_->iopub, &next_->shell, &next_->control}) items.push_back({*s, 0, ZMQ_POLLIN, 0});
  }
}

void Migration::OnItems(const std::vector<zmq::pollitem_t>& items, std::size_t from) {
  if (over_) return;
  // What was polled may be gone by now, and all of it is cheap to look at.
  bool any = false;
  for (std::size_t i = from; i < items.size(); ++i) any |= items[i].revents != 0;
  if (!any) return;
  std::shared_ptr<Link> link = link_;  // a handler may let go of it
  if (link && link->open()) {
    link->OnWritable();
    link->OnReadable();
    if (!over_ && link_ && state_ <= MoveState::kShipped && pack_.is_object() && !(files_.empty() && batches_.empty())) ShipMore();
  }
  if (!over_ && bulk_) LookAtBulk();
  LookAtWire();
  auto next = [&](zmq::socket_t Engine::*socket) -> std::optional<Message> {
    auto frames = over_ || !next_ ? std::nullopt : Receive((*next_).*socket);
    return frames ? Message::Parse(std::move(*frames)) : std::nullopt;
  };
  while (auto message = next(&Engine::iopub)) {
    if (ground_.author.Wrote(message->parent_id()) && next_->Seen(false, true)) OnReady();
  }
  while (auto message = next(&Engine::shell)) {
    if (message->Is("kernel_info_reply") && next_->Seen(true, false)) OnReady();
  }
  while (auto message = next(&Engine::control)) {
    auto asked = asked_.find(message->parent_id());
    if (asked == asked_.end()) continue;
    auto handler = std::move(asked->second);
    asked_.erase(asked);
    handler(message->Content());
  }
}

}  // namespace ferry::relay
