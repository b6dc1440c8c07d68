// A move from the request to the answer: asked for by a cell or from outside, drained, begun, shown, over.
#include "kernel/relay/answers.h"
#include "kernel/relay/relay.h"
#include "serializer/store/store.h"

namespace ferry::relay {
namespace {

json Plain(const std::string& text) { return {{"text/plain", text}}; }  // of a mime bundle

}  // namespace

// %migrate (asked: none) or ferry_migrate_request. What is asked for on the control channel is done beside the cells.
void Relay::WantMove(const json& words, std::optional<Sent> asked) {
  MoveWish wish;
  auto host = ParseHost(StringAt(words, "host"));
  std::optional<Error> error;
  if (!host) error = host.error();
  else wish.host = *host;
  if (move_ || wish_) error = Error{Code::kRefused, "this session is moving already", "wait until it has moved"};
  else if (!engine_ || ending_ || leaving_) error = Error{Code::kRefused, "no engine is ready", "try again when the kernel is idle"};
  else if (choice_.sid.empty()) error = Error{Code::kRefused, "nothing of this session is kept (" + choice_.anonymous + ")", "mend that first"};
  if (error) {
    if (asked) voice_.Answer(front_->control, *asked, Text(ControlError(Name(error->code), error->what, error->remedy)), queue_.running());
    else if (!cell_asks_ && queue_.running()) unwanted_ = error;
    else Log("a move that was not begun: " + error->what);  // of a cell that asks twice the first one counts
    return;
  }
  if (std::string policy = StringAt(words, "policy"); !policy.empty()) wish.policy = policy;
  wish.plan = FlagAt(words, "plan", false);
  wish.system = FlagAt(words, "system", false);
  wish.force = FlagAt(words, "force", false);
  wish.yes = FlagAt(words, "yes", false);
  wish.background = !wish.plan && (asked || FlagAt(words, "background", false));
  move_json_ = wish.json = FlagAt(words, "json", false);
  move_asked_ = std::move(asked);
  cell_asks_ = !move_asked_ && queue_.running();
  wish_ = std::move(wish);
  Pump();
}

void Relay::StartMove(MoveWish wish) {
  MoveHands hands;
  hands.drain = [this] {
    drain_due_ = true;
    Pump();
  };
  hands.ask_source = [this](json content, std::function<void(json)> answer) { AskEngineToMove(std::move(content), std::move(answer)); };
  hands.hold = [this](const json& carry, std::function<void(json)> then) { HoldSource(carry, std::move(then)); };
  hands.release = [this] {
    choice_.lock.reset();
    if (engine_ && engine_->link()) engine_->link()->Tell({{"op", "release"}, {"session", choice_.sid}});
  };
  hands.progress = [this](const std::string& text) { ShowMove(Plain(text)); };
  hands.finished = [this](MoveOutcome outcome) { moved_ = std::move(outcome); };
  move_shown_.clear();
  move_cell_ = cell_asks_ && !queue_.running()->silent ? queue_.running()->header : "";
  move_holds_ = !wish.background;
  move_ = std::make_unique<Migration>(Migration::Ground{context_, setup_.connection, dir_, author_, timers_, choice_, setup_.python,
                                                        engine_ ? engine_->link() : nullptr, ++engines_},
                                      std::move(wish), std::move(hands));
  move_->Begin();
}

// No cell runs, the one that waits for the move excepted: from here on nothing is given to the engine.
void Relay::DrainForMove() {
  drain_due_ = false;
  move_holds_ = draining_ = true;
  engine_->Ping(author_);
  move_->OnHeld();
}

// Whether the reply of the running cell waits for the move that this cell asked for. A move in the background begins, and the
// reply passes.
bool Relay::HoldForMove(Frames& idle) {
  if (!held_idle_.empty()) idle = std::exchange(held_idle_, {});
  const bool ok = held_reply_->ContentString("status") == "ok";
  auto unwanted = std::exchange(unwanted_, std::nullopt);
  if (unwanted && ok) FailCell(*unwanted);
  if (cell_asks_ && wish_ && !ok) {
    wish_.reset();
    cell_asks_ = false;
  }
  if (cell_asks_ && wish_) {
    const bool background = wish_->background;
    StartMove(*std::exchange(wish_, std::nullopt));
    if (background) {
      cell_asks_ = false;
      ShowMove({{"application/json", MoveObject({"the session moves to " + move_->wish().host.text + " while cells run; what came of it replaces this"})}});
    }
  }
  if (cell_asks_) held_idle_ = std::move(idle);
  return cell_asks_;
}

// Of a move that has no plan to show.
json Relay::MoveObject(std::vector<std::string> messages) const {
  return {{"schema", "ferry.plan/1"}, {"ok", true}, {"session", choice_.sid}, {"messages", messages}, {"error", nullptr}};
}

void Relay::ShowMove(json bundle) {
  if (move_cell_.empty()) return;
  if (move_json_) {  // one result, and no progress before it
    if (!bundle.contains("application/json")) return;
    bundle = {{"application/json", bundle["application/json"]}, {"text/plain", Text(bundle["application/json"])}};
  }
  if (!move_json_) bundle.erase("application/json");  // JupyterLab would show that instead of the text
  if (bundle.empty()) return;
  bool first = move_shown_.empty();
  if (first) move_shown_ = "ferry-move-" + RandomHex(8);
  voice_.Publish(first ? "display_data" : "update_display_data", move_cell_,
                 {{"data", bundle}, {"metadata", json::object()}, {"transient", {{"display_id", move_shown_}}}});
}

void Relay::AskEngineToMove(json content, std::function<void(json)> answer) {
  if (holds() && engine_) return AskHeld(content, std::move(answer));
  if (!ready()) {
    // A departed source that has died gives the session back through its file.
    bool back = StringAt(content, "verb") == "return";
    auto file = store::StoreFiles(choice_.home).Session(choice_.sid).Info();
    auto info = back && host_.home() ? store::ReadObject(file) : Error{Code::kAborted, "the engine has ended", ""};
    if (info) {
      info->erase("moved_to");
      (*info)["epoch"] = content["epoch"];
      if (store::WriteObject(file, *info)) return answer({{"status", "ok"}});
    }
    return answer(ControlError("aborted", imaging_ ? "a system image of the session is being taken" : "the engine has ended", "try again"));
  }
  content["v"] = 1;
  auto message = Message::Parse(author_.Make({}, "ferry_move_request", "{}", Text(content)));
  move_answers_[message->id()] = std::move(answer);
  engine_->SendControl(std::move(*message).Take());
}

bool Relay::OnMoveReply(const Message& reply) {
  auto asked = move_answers_.find(reply.parent_id());
  if (asked == move_answers_.end()) return false;
  auto answer = std::move(asked->second);
  move_answers_.erase(asked);
  answer(reply.Content());
  return true;
}

// The move is over: the session is where it was, or there.
void Relay::EndMove() {
  MoveOutcome outcome = *std::exchange(moved_, std::nullopt);
  std::unique_ptr<Migration> move = std::move(move_);
  move_answers_.clear();
  draining_ = drain_due_ = move_holds_ = false;
  std::optional<Error> error = outcome.error;
  json display = outcome.display;
  if (move->wish().reach && error) {
    std::string why = "The session is on " + move->wish().host.text + ": " + error->what + ". Run a cell to try again.";
    asleep_ = true;
    auto refuse = [&](const Message& m) {
      Sent request = Keep(m);
      if (m.IsRequest()) voice_.Refuse(front_->shell, request, NoEngine(request, why, ""), nullptr);
    };
    for (const Message& m : queue_.TakeAll()) refuse(m);
    Log(why);
    return;
  }
  LetGoSource(/*end=*/outcome.engine != nullptr);
  if (outcome.engine) {
    host_ = move->wish().host;
    TakeOver(std::move(outcome));
  }
  if (error && move->departed() && engine_ && engine_->link()) engine_->link()->Tell({{"op", "begin"}});  // it has taken the session back
  if (error) Log("the session stays where it is: " + error->what);
  if (!move->wish().reach) AnswerMove(error, display);
  if (!engine_ && !leaving_) StartEngine(Start::kCrash);
  Pump();
}

// What the cell shows, and its reply, which was held; or the answer to who asked on the control channel.
void Relay::AnswerMove(const std::optional<Error>& error, const json& display) {
  if (move_asked_) {
    Sent asked = *std::exchange(move_asked_, std::nullopt);
    json content = error ? ControlError(Name(error->code), error->what, error->remedy) : json{{"v", 1}, {"status", "ok"}, {"host", host_.text}, {"display", display}};
    return voice_.Answer(front_->control, asked, Text(content), queue_.running());
  }
  std::string text = error ? error->what + (error->remedy.empty() ? "" : "; " + error->remedy) : "";
  if (error) {
    json object = MoveObject({error->what});
    object.update({{"ok", false}, {"error", {{"code", Name(error->code)}, {"what", error->what}, {"remedy", error->remedy}}}});
    ShowMove({{"text/plain", cell_asks_ ? "Not moved." : "Not moved: " + text}, {"application/json", object}});
  } else if (display.is_object()) {
    ShowMove(display);
  }
  if (!std::exchange(cell_asks_, false)) return;
  if (error) FailCell(*error);
  PassReply(std::exchange(held_idle_, {}));
}

// The running cell, whose reply is held, ends with this error.
void Relay::FailCell(const Error& error) {
  Sent& cell = *queue_.running();
  std::string text = error.what + (error.remedy.empty() ? "" : "; " + error.remedy);
  json count = held_reply_->Content().value("execution_count", json(0));
  std::string name = error.code == Code::kAborted && error.what == "interrupted" ? "KeyboardInterrupt" : "FerryFailure";
  json content = {{"status", "error"}, {"ename", name}, {"evalue", text}, {"traceback", {name + ": " + text}}, {"execution_count", count}};
  voice_.Error(cell, content);
  Frames identities;
  for (const zmq::message_t& f : cell.identities) identities.emplace_back(f.data(), f.size());
  held_reply_ = Message::Parse(author_.Make(std::move(identities), "execute_reply", cell.header, Text(content)));
}

// The engine has ended while its session moved. True: nothing is lost, since it had departed.
bool Relay::BuryDuringMove() {
  if (!move_ || move_->wish().reach) return false;
  hold_.reset();
  held_there_ = false;
  if (move_->departed()) {
    int number = engine_->number();
    engine_.reset();
    ending_.reset();
    dir_.RemoveEngine(number);
    return true;
  }
  move_->OnSourceEnded();
  if (moved_) {
    std::optional<Error> error = moved_->error;
    moved_.reset();
    move_.reset();
    move_answers_.clear();
    draining_ = drain_due_ = move_holds_ = false;
    AnswerMove(error, nullptr);
  }
  return false;
}

}  // namespace ferry::relay
