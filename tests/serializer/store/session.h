// Verbs of the store tests: a store in a folder of its own, records and components in one word each.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "serializer/store/store.h"
#include "tests/util/folder.h"
#include "util/fault.h"

namespace ferry::store::test {

inline format::Record Cell(std::uint32_t execution) {
  graph::CellRecord cell;
  cell.execution = execution;
  cell.source = "x = " + std::to_string(execution);
  return cell;
}

inline std::vector<std::uint32_t> Executions(const LogContents& log) {
  std::vector<std::uint32_t> executions;
  for (const auto& record : log.records) executions.push_back(std::get<graph::CellRecord>(record).execution);
  return executions;
}

inline Stop& Never() {
  static Stop never;
  return never;
}

// Puts one blob a text and commits them as components named by their texts.
inline Result<std::uint32_t> Save(SessionWriter& writer, const std::vector<std::string>& texts, std::uint32_t life = 1,
                                  const std::string& label = "") {
  format::Manifest manifest;
  manifest.life = life;
  manifest.label = label;
  for (const auto& text : texts) {
    auto blob = writer.PutBlob({text}, Never());
    if (!blob) return blob.error();
    format::ComponentEntry component;
    component.key = component.names = {text.substr(0, 8)};
    component.way = "stored";
    component.blob = blob->digest;
    component.bytes = blob->bytes;
    manifest.components.push_back(component);
  }
  return writer.Commit(manifest, Never());
}

// The texts of a generation, each blob verified; the error of the first that is not whole.
inline Result<std::vector<std::string>> Load(const SessionReader& reader, const format::Manifest& manifest) {
  std::vector<std::string> texts;
  for (const auto& component : manifest.components) {
    auto blob = reader.OpenBlob(*component.blob);
    if (!blob) return blob.error();
    texts.emplace_back(blob->bytes());
  }
  return texts;
}

inline std::vector<std::uint32_t> Numbers(const SessionReader& reader) { return *GenerationNumbers(reader.files()); }

struct StoreTest : ::testing::Test {
  ~StoreTest() override { SetFaultHook({}); }
  ferry::test::Folder folder;
  Store store = *Store::Open(folder / "ferry");
  std::string sid = *store.Create({{"name", "demo"}});
  SessionFiles files = store.files().Session(sid);
  SessionWriter Write() { return *store.Write(sid); }
  SessionReader Read() { return *store.Read(sid); }
};

}  // namespace ferry::store::test
