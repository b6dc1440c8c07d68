#include "kernel/relay/migration.h"

#include <poll.h>

#include "kernel/relay/end.h"
#include "kernel/relay/process.h"

namespace ferry::relay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShowEvery{250};  // progress: four times a second
constexpr double kRestore = 25e3;        // bytes of an image that come back in a millisecond, on a busy machine

}  // namespace

Migration::~Migration() {
  ground_.timers.Clear(Timer::kMove);
  ground_.timers.Clear(Timer::kMoveAgain);
  ground_.timers.Clear(Timer::kMoveShow);
}

void Migration::Advance(MoveState state) {
  state_ = state;
  NamedFault(Name(state));
}

void Migration::Wait(milliseconds most, const std::string& what) {
  waits_for_ = what;
  ground_.timers.Set(Timer::kMove, most);
}

// What the move may wait for now, whatever came last.
void Migration::KeepWaiting() {
  const milliseconds restoring(image_.is_object() ? static_cast<long>(image_.value("bytes", 0.0) / kRestore) : 0L);
  if (!whole_) Wait(kAnswer, "the wire");
  else if (!there_->ready()) Wait(kStart + restoring, "an engine to start there");
  else Wait(kAnswer * 30, "the variables to come back there");
}

void Migration::Again(void (Migration::*what)()) {
  again_ = what;
  ground_.timers.Set(Timer::kMoveAgain, milliseconds(200));
}

void Migration::Ask(json head, void (Migration::*then)(const Parcel&)) {
  if (pack_.is_object()) head["session"] = pack_["session"];
  link_->Ask(std::move(head), [this, then](Parcel answer) {
    if (!over_) (this->*then)(answer);
  });
}

void Migration::AskSource(json content, void (Migration::*then)(const json&)) {
  hands_.ask_source(std::move(content), [this, then](json answer) {
    if (!over_) (this->*then)(answer);
  });
}

void Migration::AskTarget(json content, void (Migration::*then)(const json&)) {
  there_->Ask(std::move(content), [this, then](json answer) {
    if (!over_) (this->*then)(answer);
  });
}

// What is newer than what was shown a moment ago waits; of that the newest is shown.
void Migration::Progress(const std::string& what) {
  if (wish_.reach) return;
  told_ = (wish_.plan ? "Looking at " : "Moving to ") + wish_.host.text + ": " + what;
  if (!ground_.timers.Pending(Timer::kMoveShow)) Show();
}

void Migration::Show() {
  if (told_.empty()) return;
  hands_.progress(std::exchange(told_, ""));
  ground_.timers.Set(Timer::kMoveShow, kShowEvery);
}

// -- RUNNING: the other end, the source's state, the plan

void Migration::Begin() {
  const std::string stem = ground_.dir.path() + "/m" + std::to_string(ground_.number);
  auto command = HarbourOf(wish_.host, stem, ground_.python, ground_.author.session());
  if (!command) return Finish(command.error(), nullptr);
  auto link = Link::Open(std::move(*command));
  if (!link) return Finish(link.error(), nullptr);
  link_ = std::move(*link);
  link_->on_event([this](Parcel p) { OnEvent(p); });
  auto failed = [this](Error error) { Abort(std::move(error)); };
  there_ = std::make_unique<EngineThere>(
      EngineThere::Ground{ground_.context, ground_.front, ground_.dir, ground_.author, ground_.timers, wish_.host, stem + "c", ground_.number, wish_.start},
      link_, EngineThere::Hands{[this] { OnReady(); }, failed});
  Wait(kGreet, "the other end to answer");
  if (wish_.reach) return void(pack_ = {{"session", ground_.choice.sid}});
  survey_ = std::make_unique<Survey>(*link_, wish_.host.text, /*largest=*/wish_.plan, Survey::Hands{
      [this] {
        Progress("examining it");
        if (!early_) account_.Begin("examine");
      },
      [this] { AskPlan(); }, failed});
  shipment_ = std::make_unique<Shipment>(
      Shipment::Ends{*link_, ground_.source, store::StoreFiles(ground_.choice.home).Session(ground_.choice.sid), ground_.choice.sid,
                     wish_.host.text, ground_.timers},
      Shipment::Hands{[this] { OnMoved(); }, [this] { OnTaken(); }, [this] { OnAllThere(); }, failed});
  Progress("connecting");
  account_.Begin("connect");
  if (!wish_.background) hands_.drain();
}

void Migration::OnEvent(const Parcel& parcel) {
  if (over_) return;
  const std::string event = StringAt(parcel.head, "event");
  if (event == "hello") OnHello(parcel);
  else if (event == "bound") there_->OnBound();
  else if (event == "arrived" && shipment_) shipment_->OnArrived(parcel);
  else if (event == "ended") {
    if (auto cell = parcel.head.find("replaying"); cell != parcel.head.end() && cell->is_object()) {
      const std::string number = std::to_string(cell->value("cell", 0));
      return Abort({Code::kIo, "on " + wish_.host.text + " cell [" + number + "] " + StringAt(*cell, "why"),
                    "%session no-replay " + number + " keeps it from running again: what it makes is stored then, or named as what cannot travel"});
    }
    const std::string log = StringAt(parcel.head, "log"), how = Ending{.status = parcel.head.value("status", 0)}.Words();
    Abort({Code::kIo, "the engine on " + wish_.host.text + (log.empty() ? " " + how : " ended: " + log), "run `jupyter ferry doctor` there"});
  }
}

void Migration::OnHello(const Parcel& parcel) {
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
}

void Migration::OnBulk(const Parcel& answer) {
  if (!FlagAt(answer.head, "ok", false)) return;
  shipment_->Beside(std::make_unique<BulkSender>(StringAt(answer.head, "address"), answer.head.value("port", 0), FromHex(bulk_key_)));
}

void Migration::OnHeld() {
  holds_ = true;
  account_.Hold();
  early_bytes_ = shipment_->sent();
  if (wish_.background) Wait(kAnswer, "the engine");
}

void Migration::OnDrained() {
  drained_ = true;
  Pack();
}

void Migration::Pack() {
  if (!drained_ || !hello_) return;
  Wait(kAnswer * 10, "the session to be saved");
  Progress("saving");
  account_.Begin("save");
  AskSource({{"verb", "pack"}, {"system", wish_.system}}, &Migration::OnPacked);
}

void Migration::OnPacked(const json& packed) {
  if (StringAt(packed, "status") != "ok") return Abort(ErrorOf(packed, "the session could not be saved"));
  pack_ = packed;
  Wait(kAnswer, "what is installed there");
  survey_->Look(pack_);
}

void Migration::AskPlan() {
  if (early_) ground_.timers.Clear(Timer::kMove);
  else account_.Begin("plan");
  AskSource({{"verb", "plan"}, {"facts", survey_->facts()}, {"bandwidth", survey_->bandwidth()}, {"policy", wish_.policy}, {"force", wish_.force},
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
  if (there_->started() && Imaged()) {
    return Abort({Code::kAborted, "a system image has become necessary since the move began", "try again"});
  }
  if (plan["refused"].is_object()) return Abort({Code::kRefused, StringAt(plan["refused"], "what"), StringAt(plan["refused"], "remedy")});
  if (opened_.is_object()) Ship();
  else OpenThere();
}

// -- from the relay's loop

void Migration::OnChild() {
  if (there_) there_->OnChild();
}

void Migration::OnTimer() {
  if (ground_.timers.Expired(Timer::kMoveAgain) && !over_) (this->*again_)();
  if (ground_.timers.Expired(Timer::kMoveShow) && !over_) Show();
  if (there_) there_->OnTimer();
  if (shipment_) shipment_->OnTimer();
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

void Migration::AddItems(std::vector<PollItem>& items) {
  if (link_ && link_->open()) {
    items.push_back({nullptr, link_->in(), POLLIN, 0});
    items.push_back({nullptr, link_->out(), static_cast<short>(link_->wants_to_write() ? POLLOUT : 0), 0});
  }
  if (shipment_ && shipment_->fd() >= 0) items.push_back({nullptr, shipment_->fd(), POLLIN, 0});
  if (there_) there_->AddItems(items);
}

void Migration::OnItems(const std::vector<PollItem>& items, std::size_t from) {
  if (over_) return;
  // What was polled may be gone by now, and all of it is cheap to look at.
  bool any = false;
  for (std::size_t i = from; i < items.size(); ++i) any |= items[i].revents != 0;
  if (!any) return;
  std::shared_ptr<Link> link = link_;  // a handler may let go of it
  if (link && link->open()) {
    link->OnWritable();
    link->OnReadable();
    if (shipment_) shipment_->OnLink();
  }
  if (!over_ && shipment_) shipment_->OnBulk();
  LookAtWire();
  if (there_) there_->OnItems();
}

}  // namespace ferry::relay
