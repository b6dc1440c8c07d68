#include "kernel/cli/verbs.h"

#include <cstdio>

#include "kernel/cli/lookup.h"
#include "kernel/cli/output.h"
#include "serializer/store/store.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::cli {
namespace {

using store::Text;

constexpr const char* kSchema = "ferry.session/1";

std::string State(const Json& session) {
  if (session.contains("error")) return "damaged";
  if (session["locked"]) return session.value("detached", false) ? "detached" : "running";
  if (session.contains("moved_to") && session["moved_to"].is_object()) {
    auto host = Text(session["moved_to"], "host");
    return "on " + (host.empty() ? "another host" : host);
  }
  if (auto ended = Text(session, "ended"); !ended.empty()) return ended;
  return session.contains("started") ? "crashed" : "new";
}

Json Public(const Json& s) {
  return {{"session", s["session"]}, {"name", Text(s, "name")}, {"notebook", s["notebook"]}, {"state", State(s)},
          {"generations", s["generations"]}, {"bytes", s["bytes"]}, {"modified", s["modified_us"].get<double>() / 1e6},
          {"holder", s["holder"]}, {"messages", s.contains("error") ? Json{s["error"]} : Json::array()}};
}

std::string Plural(std::size_t n, const std::string& noun) { return std::to_string(n) + " " + noun + (n == 1 ? "" : "s"); }

}  // namespace

int List(const Settings& settings, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  auto sessions = store->Sessions();
  if (!sessions) return Fail(json, kSchema, sessions.error());
  Json all = Json::array();
  std::vector<std::vector<std::string>> rows = {{"SESSION", "NAME", "STATE", "CHANGED", "SIZE", "SAVED", "NOTEBOOK"}};
  std::uint64_t bytes = 0;
  for (const auto& s : *sessions) {
    all.push_back(Public(s));
    bytes += s["bytes"].get<std::uint64_t>();
    rows.push_back({s["session"], Cell(Text(s, "name")), State(s), LocalTime(s["modified_us"]), SizeInWords(s["bytes"]),
                    std::to_string(s["generations"].size()), Cell(Text(s, "notebook"))});
  }
  if (json) {
    PrintJson(Answer(kSchema, "", {{"sessions", all}, {"store", {{"home", store->files().Home()}, {"bytes", bytes}, {"quota", settings.quota}}}}));
    return kOk;
  }
  if (sessions->empty()) {
    std::printf("no sessions in %s\n", store->files().Home().c_str());
    return kOk;
  }
  PrintTable(rows, {4, 5});
  std::printf("\n%s, %s of %s in %s\n", Plural(sessions->size(), "session").c_str(), SizeInWords(bytes).c_str(),
              SizeInWords(settings.quota).c_str(), store->files().Home().c_str());
  return kOk;
}

int Show(const Settings& settings, const std::string& session, bool json) {
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, kSchema, found.error());
  const auto& [store, sid] = *found;
  auto described = store.Describe(sid);
  auto reader = store.Read(sid);
  if (!described || !reader) return Fail(json, kSchema, described ? reader.error() : described.error());
  std::vector<store::Damage> damage;
  auto generations = reader->Generations(&damage);
  if (!generations) return Fail(json, kSchema, generations.error());
  auto log = reader->Log();
  if (!log) return Fail(json, kSchema, log.error());

  Json shown = Public(*described);
  for (const auto& d : damage) shown["messages"].push_back(d.error.what);
  if (log->end == store::LogContents::End::kDamaged) shown["messages"].push_back("the log is damaged; cells after the damage are not known");
  Json listed = Json::array();
  std::vector<std::vector<std::string>> rows = {{"GENERATION", "SAVED", "CELLS", "NAMES", "SIZE", "LABEL"}};
  for (const auto& g : *generations) {
    std::size_t names = 0, lost = 0;
    for (const auto& c : g.components) {
      names += c.names.size();
      if (c.way != "stored" && c.way != "replayed") lost += c.names.size();
    }
    listed.push_back({{"generation", g.generation}, {"label", g.label}, {"time", static_cast<double>(g.time_us) / 1e6},
                      {"bytes", g.bytes}, {"cells", g.executions}, {"proved", nullptr}});
    rows.push_back({std::to_string(g.generation), LocalTime(g.time_us), std::to_string(g.executions),
                    std::to_string(names) + (lost ? " (" + std::to_string(lost) + " not stored)" : ""), SizeInWords(g.bytes),
                    Cell(g.label) + (g.complete ? "" : " (incomplete)")});
  }
  shown["generations"] = listed;
  if (json) {
    PrintJson(Answer(kSchema, sid, shown));
    return kOk;
  }
  std::vector<std::vector<std::string>> facts = {{"session", sid}, {"name", Cell(Text(*described, "name"))},
      {"notebook", Cell(Text(*described, "notebook"))},
      {"state", shown["state"].get<std::string>() + (Text(shown, "holder").empty() ? "" : ": " + Cell(Text(shown, "holder")))},
      {"changed", LocalTime((*described)["modified_us"])}, {"size", SizeInWords((*described)["bytes"])},
      {"folder", reader->files().Root()}};
  std::erase_if(facts, [](const auto& fact) { return fact[1].empty(); });
  PrintTable(facts);
  for (const auto& message : shown["messages"]) std::printf("! %s\n", Cell(message).c_str());
  std::printf("\n");
  if (generations->empty()) std::printf("nothing saved yet\n");
  else PrintTable(rows, {0, 2, 4});
  return kOk;
}

int Report(const Settings& settings, const std::string& session, bool json) {
  constexpr const char* schema = "ferry.resume/1";
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, schema, found.error());
  const auto& [store, sid] = *found;
  auto report = store::ReadObject(store.files().Session(sid).Report());
  if (!report && report.error().code == Code::kNotFound) {
    return Fail(json, schema, {Code::kNotFound, "session " + sid + " was never resumed", "jupyter ferry show " + sid + " shows what is saved"});
  }
  if (!report) return Fail(json, schema, report.error());
  if (json) {
    PrintJson(*report);
    return kOk;
  }
  for (const auto& message : report->value("messages", Json::array())) {
    if (message.is_string()) std::printf("%s\n", Cell(message).c_str());
  }
  std::vector<std::vector<std::string>> rows = {{"NAME", "WAY", "VERIFIED", "SIZE", "REASON"}};
  const Json variables = report->value("variables", Json::object());
  for (const auto& [name, entry] : variables.items()) {
    if (!entry.is_object()) continue;
    const Json verified = entry.value("verified", Json()), bytes = entry.value("bytes", Json());
    rows.push_back({Cell(name), Cell(Text(entry, "way")), verified.is_boolean() ? (verified ? "equal" : "DIFFERS") : "-",
                    bytes.is_number() ? SizeInWords(bytes) : "-", Cell(Text(entry, "reason"))});
  }
  if (rows.size() > 1) {
    std::printf("\n");
    PrintTable(rows, {3});
  }
  return kOk;
}

int Move(const Settings& settings, const std::string& from, const std::string& to, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  auto moved = store->Rename(from, to);
  if (!moved) return Fail(json, kSchema, moved.error());
  const std::string message = Plural(*moved, "session") + " now at " + store::RealPath(to);
  if (json) PrintJson(Answer(kSchema, "", {{"messages", {message}}, {"moved", *moved}}));
  else std::printf("%s\n", Cell(message).c_str());
  return kOk;
}

int Remove(const Settings& settings, const std::vector<std::string>& sessions, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  // All are looked up before the first goes: a mistyped name removes nothing.
  std::vector<std::string> sids;
  for (const auto& session : sessions) {
    auto sid = store->Resolve(session);
    if (!sid) return Fail(json, kSchema, sid.error());
    sids.push_back(*sid);
  }
  Json removed = Json::array();
  for (const auto& sid : sids) {
    const std::uint64_t bytes = TreeSize(store->files().Session(sid).Root());
    if (auto r = store->Remove(sid); !r) {
      const int code = Fail(json, kSchema, r.error());
      return removed.empty() ? code : kPartial;
    }
    removed.push_back(sid);
    if (!json) std::printf("removed %s (%s)\n", sid.c_str(), SizeInWords(bytes).c_str());
  }
  if (json) PrintJson(Answer(kSchema, "", {{"removed", removed}}));
  return kOk;
}

int Collect(const Settings& settings, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  auto freed = store->Collect();
  if (!freed) return Fail(json, kSchema, freed.error());
  if (json) PrintJson(Answer(kSchema, "", {{"freed", *freed}}));
  else std::printf("%s freed\n", SizeInWords(*freed).c_str());
  return kOk;
}

}  // namespace ferry::cli
