// System images (docs/images.md).
//
//   asked     the engine is asked to stand still, with a shutdown or without; ferry-image is started, and waits for that
//   imaged    ferry-image takes the image; with a shutdown it kills the engine then
//   word      the engine is told how it went, and what it needs to go on: descriptors, the file of its sockets
//
// ferry-image works on if this process is killed meanwhile, and holds the session's lock. What the engine refuses, or what
// fails, leaves the engine running: an image is never the only copy of anything that can be stored.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/relay/answers.h"
#include "kernel/relay/host_facts.h"
#include "kernel/relay/relay.h"
#include "kernel/relay/wake_of_copy.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/clock.h"

namespace ferry::relay {

// The engine comes back in an image, if there is one that fits. Its first word waits for it.
bool Relay::BringBack(Start start) {
  if (!choice_.image_lost.empty()) return false;  // that was tried just now
  auto image = ImageFor(choice_, start);
  if (!image) return false;
  auto door = Wake::Listen(WakeOfCopy(image->wake));
  auto engine = door ? Engine::Restore(context_, setup_.connection, dir_, choice_, *image, ++engines_, start, author_)
                     : Result<std::unique_ptr<Engine>>(door.error());
  if (!engine) {
    choice_.image_lost = engine.error().what;
    return false;
  }
  engine_ = std::move(*engine);
  door_ = std::move(*door);
  word_ = Text({{"restored", true}, {"generation", image->generation}, {"bytes", image->bytes}, {"start", Name(start)},
                {"holder", engine_->pid()}, {"elsewhere", image->elsewhere}, {"home", choice_.home}, {"criu", store::Setting("criu")}, {"began", static_cast<double>(NowMicros()) / 1e6},
                {"anonymous", choice_.anonymous}, {"image", {{"ok", true}, {"bytes", image->bytes}, {"seconds", 0}}}});
  return true;
}

// Why this relay cannot have an image taken of its engine, if it cannot.
std::optional<Error> Relay::NoImage() {
  if (engine_->adopted() && !choice_.lock) {
    auto lock = engine_->ShareLocks(store::StoreFiles(choice_.home).Session(choice_.sid).Lock());
    if (!lock) {
      return Error{Code::kRefused, "no system image is taken of this engine, which outlived the kernel that started it: " + lock.error().what,
                   "%suspend, and run a cell"};
    }
    choice_.lock = std::move(*lock);
  }
  if (choice_.sid.empty()) return Error{Code::kRefused, "this kernel keeps no session", "see the message in its first cell"};
  return std::nullopt;
}

void Relay::TakeImage(bool ends) {
  if (!ready()) return;
  if (engine_->link()) return ends ? EndThere() : ImageThere();
  auto place = Wake::Place();
  auto lack = NoImage();
  if (!lack && !place) lack = place.error();
  Command c = ImageCommand(dir_, choice_, engine_->number());
  c.argv.insert(c.argv.end(), {"dump", "--pid", std::to_string(engine_->pid()), "--when", dir_.Marker(engine_->number()), "--wake", place ? *place : ""});
  if (ends) c.argv.push_back("--end");
  ::unlink(dir_.Marker(engine_->number()).c_str());
  ::unlink(dir_.Image(engine_->number()).c_str());
  auto helper = lack ? Result<pid_t>(*lack) : Spawn(c);
  json content = {{"v", 1}, {"epoch", engine_->number()}};
  if (ends) content["restart"] = false;
  if (helper) {
    content.update({{"wake", *place}, {"copy", WakeOfCopy(*place)}, {"marker", dir_.Marker(engine_->number())}, {"alive", dir_.Alive()}, {"last", engine_->Mark(author_)}});
  } else {
    content["refused"] = {{"what", helper.error().what}, {"remedy", helper.error().remedy}};
  }
  engine_->SendControl(author_.Make({}, ends ? "ferry_shutdown_request" : "ferry_quiesce_request", "{}", Text(content)));
  if (helper) imaging_ = Imaging{.ends = ends, .wake = *place, .helper = *helper, .outcome = nullptr};
}

// Of an engine on another host, for a cell that waits for it. The image stays there, and comes back there or on this host when
// the session is fetched: it carries what either lacks of the files that the engine has mapped.
void Relay::ImageThere() {
  AskEngineToMove({{"verb", "image"}, {"checkpoint", true}}, [this](json said) {
    if (!ready() || !engine_->link()) return;
    const json image = said.value("image", json());
    if (!image.is_object()) return RefuseImage(said.value("lack", said));
    auto fits = ImageFits(image);
    AddLackingThere(image, fits ? (*fits)["carry"] : json::array(), [this](json carry) {
      if (!ready() || !engine_->link()) return;
      held_ = [this](const json&) { LetGoSource(/*end=*/false); };
      HoldThere(carry, [this](const json& refused) { RefuseImage(refused); });
    });
  });
}

// The engine, which waits to be asked to stand still, is told why that does not come.
void Relay::RefuseImage(const json& why) {
  const json refused = {{"what", StringAt(why, "what")}, {"remedy", StringAt(why, "remedy")}};
  engine_->SendControl(author_.Make({}, "ferry_quiesce_request", "{}", Text({{"v", 1}, {"epoch", engine_->number()}, {"refused", refused}})));
}

// A reply to a request of our own: the engine stands still from now on, or it does not.
void Relay::OnOwnReply(const Message& message) {
  if (message.Is("ferry_attach_reply")) return Adopted(message);
  const bool of_hold = message.Is("ferry_quiesce_reply") || (EndsThere() && message.Is("ferry_shutdown_reply"));
  if (holds() && of_hold && !FlagAt(message.Content(), "parked", false)) {
    json refused = message.Content();
    refused["ok"] = false;
    ForgetHold();
    return Held(refused);
  }
  if (!imaging_ || FlagAt(message.Content(), "parked", false)) return;
  if (!message.Is("ferry_quiesce_reply") && !message.Is("ferry_shutdown_reply")) return;
  EndHelper();
  Imaged();
}

void Relay::EndHelper() {
  if (!imaging_ || imaging_->helper <= 0) return;
  ::kill(imaging_->helper, SIGKILL);
  ::waitpid(std::exchange(imaging_->helper, -1), nullptr, 0);
}

// SIGCHLD came: ferry-image may have ended.
void Relay::ImageReaped() {
  int status = 0;
  if (!imaging_ || imaging_->helper <= 0 || ::waitpid(imaging_->helper, &status, WNOHANG) != imaging_->helper) return;
  imaging_->helper = -1;
  auto outcome = store::ReadObject(dir_.Image(engine_ ? engine_->number() : engines_));
  imaging_->outcome = outcome ? *outcome
                              : json{{"ok", false}, {"code", "io"}, {"what", "the program that takes images ended without a word"},
                                     {"remedy", "the log of the kernel may say why"}};
  if (imaging_->ends && FlagAt(imaging_->outcome, "ok", false)) return;  // the engine has ended, or is about to
  auto door = Wake::Listen(imaging_->wake);
  if (!door) return Log(door.error().what);  // the engine ends by itself when it finds nobody
  door_ = std::move(*door);
  word_ = Text({{"restored", false}, {"image", imaging_->outcome}});
}

// Somebody came for the word: an engine of ours.
void Relay::Say() {
  if (hold_) {
    if (hold_->Say(engine_->folder(dir_), engine_->number_there(), choice_)) GoesOn();
    return;
  }
  if (!door_->Say(json::parse(word_), engine_->folder(dir_), engine_->number_there(), choice_)) return;
  door_.reset();
  if (imaging_) Imaged();
}

// The engine is back, or never stood still.
void Relay::Imaged() {
  const bool ends = imaging_->ends;
  if (!imaging_->outcome.is_null()) engine_->Greet(author_);
  imaging_.reset();
  if (ends) return;  // it ends by itself now
  if (leaving_) return SendShutdown(/*restart=*/false);
  SendHeld();
}

// An engine that was to come back in an image has ended before it served anybody: its session is loaded instead.
bool Relay::LostImage(const Engine& engine) {
  if (!engine.image() || engine.ready()) return false;
  auto outcome = store::ReadObject(dir_.Image(engine.number()));
  choice_.image_lost = outcome ? StringAt(*outcome, "what") : "what came back in it was not what had been saved";
  Log("the session does not come back in its system image: " + choice_.image_lost);
  return true;
}

}  // namespace ferry::relay
