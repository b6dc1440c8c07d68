#include "kernel/relay/fetch.h"

#include <chrono>
#include <thread>

#include "kernel/relay/end.h"
#include "kernel/relay/runtime_dir.h"
#include "serializer/store/settings.h"
#include "serializer/store/store.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kSaving{60};  // of an engine that lost its relay

// Takes the session at this end. An engine that lost its relay is asked to save and end; that takes what it takes.
Result<json> Hold(End& end, const std::string& token) {
  for (auto began = Clock::now();;) {
    auto held = end.Ask({{"op", "open"}, {"take", true}, {"token", token}});
    if (!held || FlagAt(*held, "ok", false)) return held;
    if (StringAt(*held, "code") != Name(Code::kAborted) || Clock::now() - began > kSaving) return end.Refusal(*held);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Result<void> Copy(End& from, End& to, const std::string& path) {
  auto got = from.Ask({{"op", "get"}, {"path", path}}, {}, [&](const Parcel& piece) -> Result<void> {
    bool last = !FlagAt(piece.head, "more", false);
    auto put = last ? to.Ask({{"op", "put"}, {"path", path}, {"last", true}}, piece.body) : to.Ask({{"op", "put"}, {"path", path}, {"last", false}}, piece.body);
    if (!put) return put.error();
    if (!FlagAt(*put, "ok", false)) return to.Refusal(*put);
    return {};
  });
  if (!got) return got.error();
  if (!FlagAt(*got, "ok", false)) return from.Refusal(*got);
  return {};
}

// Small files together, as many at once as one batch takes; what is left of `paths` goes one by one.
Result<void> CopyAll(End& from, End& to, std::vector<std::string> paths) {
  for (bool any = true; any && !paths.empty();) {
    std::string body;
    auto got = from.Ask({{"op", "gather"}, {"paths", paths}}, {}, [&](const Parcel& batch) -> Result<void> {
      body = batch.body;
      return {};
    });
    if (!got) return got.error();
    if (!FlagAt(*got, "ok", false)) return from.Refusal(*got);
    any = !(*got)["files"].empty();
    if (!any) break;
    auto put = to.Ask({{"op", "scatter"}, {"files", (*got)["files"]}}, body);
    if (!put) return put.error();
    if (!FlagAt(*put, "ok", false)) return to.Refusal(*put);
    paths = (*got)["left"].get<std::vector<std::string>>();
  }
  for (const std::string& path : paths) {
    if (auto copied = Copy(from, to, path); !copied) return copied;
  }
  return {};
}

}  // namespace

Result<void> Fetch(const std::string& sid, const std::string& text, const std::string& python) {
  auto host = ParseHost(text);
  if (!host) return host.error();
  auto dir = RuntimeDir::Make();
  if (!dir) return dir.error();
  RemoveAtEnd remove(*dir);

  End far(text, sid), near("this machine", sid);
  if (auto reached = near.Reach(*ParseHost(Host::kHome), dir->path(), python); !reached) return reached.error();
  std::string token = RandomHex(8), mark = store::StoreFiles(store::ConfiguredHome()).Session(sid).Root() + "/moving-" + token;
  auto ours = Hold(near, token);
  if (!ours) return ours.error();
  if (!FlagAt(*ours, "away", false)) return {};  // somebody was quicker
  if (auto reached = far.Reach(*host, dir->path(), python); !reached) return reached.error();
  if (auto made = File::Create(mark); !made) return made.error();
  auto theirs = Hold(far, token);
  (void)Remove(mark);
  int epoch = ours->value("epoch", 0);
  bool nothing = !theirs && theirs.error().code == Code::kNotFound;
  if (!theirs && !nothing) return theirs.error();
  // The other host never took the session over: the hand-over was cut short after this side had given it up in writing.
  if (nothing || FlagAt(*theirs, "same", false) || theirs->value("epoch", 0) < epoch || FlagAt(*theirs, "away", false)) {
    auto taken = near.Must({{"op", "set"}, {"fields", {{"epoch", epoch + 1}, {"moved_to", nullptr}}}});
    return taken ? Result<void>() : taken.error();
  }
  auto newest = far.Must({{"op", "newest"}});
  if (!newest) return newest.error();
  auto missing = near.Must({{"op", "missing"}, {"blobs", (*newest)["blobs"]}});
  if (!missing) return missing.error();
  std::vector<std::string> paths((*missing)["missing"].begin(), (*missing)["missing"].end());
  paths.push_back("log");
  if (int number = newest->value("generation", 0); number > 0) {
    char name[24];
    std::snprintf(name, sizeof name, "gen-%08d", number);
    paths.push_back(name);
  }
  if (auto copied = CopyAll(far, near, paths); !copied) return copied;
  const json image = newest->value("image", json::array());
  for (const json& file : image) {
    if (auto copied = Copy(far, near, file.get<std::string>()); !copied) return copied;
  }
  json fields = (*newest)["info"];
  epoch = std::max(epoch, fields.value("epoch", 0)) + 1;
  for (const char* own : {"session", "notebook", "created_us", "pid"}) fields.erase(own);
  fields["epoch"] = epoch;
  fields["moved_to"] = nullptr;
  fields["image_from"] = image.empty() ? json() : json(text);
  if (auto synced = near.Must({{"op", "sync"}}); !synced) return synced.error();
  json given = {{"epoch", epoch}, {"moved_to", {{"host", ""}, {"time", double(std::chrono::system_clock::now().time_since_epoch().count()) / 1e9}}}};
  if (auto left = far.Must({{"op", "set"}, {"fields", given}}); !left) return left.error();
  if (auto taken = near.Must({{"op", "set"}, {"fields", fields}}); !taken) return taken.error();
  return {};
}

}  // namespace ferry::relay
