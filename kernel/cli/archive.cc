// export, import and key: sessions as files, and who may be trusted with them. What a file holds and where it comes from is
// shown before anything of it is taken.
#include <cstdio>
#include <iostream>

#include "kernel/cli/lookup.h"
#include "kernel/cli/output.h"
#include "kernel/cli/verbs.h"
#include "serializer/store/archive.h"
#include "util/clock.h"
#include "util/words.h"

namespace ferry::cli {
namespace {

constexpr const char* kSchema = "ferry.session/1";

Json Contents(const store::Archive& archive) {
  Json generations = Json::array();
  for (const auto& g : archive.Generations()) {
    Json variables = Json::object();
    for (const auto& component : g.components) {
      for (const auto& name : component.names) {
        auto type = component.types.find(name);
        variables[name] = {{"type", type == component.types.end() ? "" : type->second}, {"way", component.way}, {"bytes", component.bytes}};
      }
    }
    generations.push_back({{"generation", g.generation}, {"label", g.label}, {"time", static_cast<double>(g.time_us) / 1e6},
                           {"cells", g.executions}, {"packages", g.packages}, {"variables", variables}});
  }
  return generations;
}

// The error, with this remedy where it has none.
Error Remedied(Error error, const char* remedy) {
  if (error.remedy.empty()) error.remedy = remedy;
  return error;
}

void Show(const store::Archive& archive, const Json& generations, bool own) {
  const auto& index = archive.index();
  std::printf("session %s, exported %s by %s on %s (%s)\n", Cell(index.session).c_str(), LocalTime(index.time_us).c_str(),
              Cell(index.user).c_str(), Cell(index.host).c_str(),
              own ? "sealed with your key" : ("sealed with the key " + Cell(index.key) + ", which is not yours").c_str());
  std::printf("Python %s, Kernelferry %s, %zu files, %s\n\n", Cell(index.python).c_str(), Cell(index.ferry).c_str(), index.files.size(),
              SizeInWords(archive.Bytes()).c_str());
  if (generations.empty()) return;
  std::vector<std::vector<std::string>> rows = {{"NAME", "TYPE", "WAY", "SIZE"}};
  for (const auto& [name, v] : generations[0]["variables"].items()) {
    rows.push_back({Cell(name), Cell(v["type"]), Cell(v["way"]), SizeInWords(v["bytes"])});
  }
  PrintTable(rows, {3});
  std::string packages;
  for (const auto& [name, version] : generations[0]["packages"].items()) packages += " " + name + " " + version.get<std::string>();
  std::printf("\nimports:%s\n\n", packages.empty() ? " nothing" : Cell(packages).c_str());
}

}  // namespace

int Export(const Settings& settings, const std::string& session, const std::string& file, bool all, bool json) {
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, kSchema, found.error());
  const auto& [store, sid] = *found;
  auto exported = store::ExportSession(store, sid, file, all);
  if (!exported) return Fail(json, kSchema, exported.error());
  if (json) {
    PrintJson(Answer(kSchema, sid, {{"file", store::RealPath(file)}, {"bytes", exported->bytes}, {"generations", exported->generations}}));
  } else {
    std::printf("%s: session %s, %s. It holds what its variables hold, passwords and tokens included.\n", Cell(file).c_str(), sid.c_str(),
                SizeInWords(exported->bytes).c_str());
  }
  return kOk;
}

int Import(const Settings& settings, const std::string& file, bool trust, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  auto key = store::UserKey::Of(store->files());
  if (!key) return Fail(json, kSchema, key.error());
  auto archive = store::Archive::Open(file);
  if (!archive) return Fail(json, kSchema, Remedied(archive.error(), "name the file that jupyter ferry export wrote"));
  const bool own = archive->SealedBy(*key);
  const Json generations = Contents(*archive);
  const auto& index = archive->index();
  const Json origin = {{"session", index.session}, {"user", index.user}, {"host", index.host}, {"key", index.key},
                       {"time", static_cast<double>(index.time_us) / 1e6}, {"own", own}};
  if (!json) Show(*archive, generations, own);
  if (!own && !trust) {
    const Error error{Code::kRefused, file + " is not sealed with your key",
                      "a session is code that runs when it is brought back; if you trust where this one comes from: jupyter ferry "
                      "import --trust " + file + ", or take over the key of your other machine: jupyter ferry key import"};
    if (!json) return Fail(false, kSchema, error);
    PrintJson(Answer(kSchema, "", {{"ok", false}, {"messages", {error.what, error.remedy}}, {"origin", origin}, {"generations", generations},
                                   {"error", {{"code", Name(error.code)}, {"what", error.what}, {"remedy", error.remedy}}}}));
    return kRefusedExit;
  }
  auto sid = archive->Import(*store, own);
  if (!sid) return Fail(json, kSchema, sid.error());
  if (json) PrintJson(Answer(kSchema, *sid, {{"origin", origin}, {"generations", generations}}));
  else std::printf("imported as session %s; bring it back in a notebook: %%resume %s\n", sid->c_str(), sid->c_str());
  return kOk;
}

int Key(const Settings& settings, const std::string& verb, const std::string& file, bool json) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return Fail(json, kSchema, store.error());
  if (verb == "export") {
    auto key = store::UserKey::Of(store->files());
    if (!key) return Fail(json, kSchema, key.error());
    if (json) PrintJson(Answer(kSchema, "", {{"key", key->Name()}, {"line", key->Line()}}));
    else std::printf("%s", key->Line().c_str());
    return kOk;
  }
  std::string line;
  if (file == "-") {
    std::getline(std::cin, line);
  } else {
    auto read = ReadFile(file, 4096);
    if (!read) return Fail(json, kSchema, Remedied(read.error(), "name a file with what jupyter ferry key export printed"));
    line = *read;
  }
  auto key = store::UserKey::Parse(line);
  if (!key) return Fail(json, kSchema, key.error());
  if (auto r = key->Keep(store->files()); !r) return Fail(json, kSchema, r.error());
  const std::string said = "your key is " + key->Name() + " now; what was sealed with another one is foreign from now on";
  if (json) PrintJson(Answer(kSchema, "", {{"key", key->Name()}, {"messages", {said}}}));
  else std::printf("%s\n", said.c_str());
  return kOk;
}

}  // namespace ferry::cli
