#include "kernel/relay/image_choice.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "kernel/relay/wire.h"
#include "serializer/image/bundle.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

std::uint32_t NumberAt(const json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
}

bool OfFerry(const graph::CellRecord& cell) {
  return std::any_of(cell.effects.begin(), cell.effects.end(), [](const auto& effect) { return effect.kind == "ferry"; });
}

// Whether the notebook shares a cell with those; nullopt: there is nothing to compare. False where it cannot be read: then the
// engine waits for the first cell, which an image cannot.
std::optional<bool> Shares(const std::string& notebook, const std::set<std::string>& recorded) {
  std::ifstream in(notebook);
  const json content = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object() || !content.contains("cells") || !content["cells"].is_array()) return false;
  bool any = false;
  for (const json& cell : content["cells"]) {
    const std::string id = cell.is_object() ? StringAt(cell, "id") : "";
    if (recorded.contains(id)) return true;
    any |= !id.empty();
  }
  return any && !recorded.empty() ? std::optional<bool>(false) : std::nullopt;
}

// The cells of the session since its namespace was empty on purpose; nullopt where they cannot be read.
std::optional<std::set<std::string>> RecordedCells(const store::SessionReader& reader, const json& info) {
  auto log = reader.Log();
  if (!log) return std::nullopt;
  const std::uint32_t clean = NumberAt(info.value("clean", json::object()), "execution");
  std::set<std::string> recorded;
  for (const auto& record : log->records) {
    const auto* cell = std::get_if<graph::CellRecord>(&record);
    if (cell && cell->execution > clean && !cell->cell_id.empty()) recorded.insert(cell->cell_id);
  }
  return recorded;
}

}  // namespace

bool NotebookBelongs(const store::SessionFiles& files) {
  const store::SessionReader reader(files);
  auto info = reader.Info();
  if (!info) return false;
  auto recorded = RecordedCells(reader, *info);
  if (!recorded) return false;
  return !StringAt(*info, "name").empty() || Shares(StringAt(*info, "notebook"), *recorded).value_or(true);
}

bool SharesCell(const store::SessionFiles& files, const std::string& notebook) {
  const store::SessionReader reader(files);
  auto info = reader.Info();
  auto recorded = info ? RecordedCells(reader, *info) : std::nullopt;
  return recorded && Shares(notebook, *recorded).value_or(false);
}

std::optional<ChosenImage> ImageFor(const Choice& choice, Start start) {
  const bool goes_on = start == Start::kCrash || start == Start::kWake;
  if (choice.sid.empty() || start == Start::kRestart || start == Start::kCrashInResume) return std::nullopt;
  if (!choice.anonymous.empty() && !goes_on) return std::nullopt;
  const std::string resume = store::Setting("resume");
  if (resume == "never" || resume == "ask") return std::nullopt;
  const store::SessionFiles files = store::StoreFiles(choice.home).Session(choice.sid);
  auto names = List(files.Root());
  std::uint32_t newest_image = 0;
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    newest_image = std::max(newest_image, store::ImageOf(name).value_or(0));
  }
  if (newest_image == 0) return std::nullopt;
  const store::SessionReader reader(files);
  auto info = reader.Info();
  auto log = reader.Log();
  auto generations = reader.Generations();
  if (!info || !log || !generations || generations->empty()) return std::nullopt;
  auto imaged = std::find_if(generations->begin(), generations->end(), [&](const auto& m) { return m.generation == newest_image; });
  if (imaged == generations->end()) return std::nullopt;
  const json clean = info->value("clean", json::object());
  if (FlagAt(*info, "resuming", false) || StringAt(*info, "ended") == "restart" || imaged->life < NumberAt(clean, "life")) {
    return std::nullopt;
  }
  std::set<std::string> recorded;
  std::uint32_t ran = imaged->executions;
  for (const auto& record : log->records) {
    const auto* cell = std::get_if<graph::CellRecord>(&record);
    if (!cell || cell->execution <= NumberAt(clean, "execution")) continue;
    if (!cell->cell_id.empty()) recorded.insert(cell->cell_id);
    if (cell->status != graph::Status::kStarted && !OfFerry(*cell)) ran = std::max(ran, std::min(cell->execution, generations->front().executions));
  }
  if (ran > imaged->executions) return std::nullopt;
  if (!goes_on && StringAt(*info, "name").empty() && !Shares(StringAt(*info, "notebook"), recorded).value_or(true)) return std::nullopt;
  const std::string folder = files.Image(newest_image);
  auto bundle = image::Read(folder);
  auto digest = reader.GenerationDigest(newest_image);
  if (!bundle || !digest || bundle->manifest != *digest || bundle->session != choice.sid) return std::nullopt;
  return ChosenImage{folder, bundle->wake, newest_image, image::Bytes(*bundle), !StringAt(*info, "image_from").empty()};
}

}  // namespace ferry::relay
