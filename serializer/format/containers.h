// Texts, lists, maps, truths and digests for cereal archives, in the place of cereal/types/*.hpp. Those resize to the count
// they read, so that a forged count asks for any amount of memory; these grow as bytes arrive. Reading a value that the
// writer cannot have written throws cereal::Exception.
#pragma once

#include <cereal/cereal.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "util/digest.h"

namespace cereal {

template <class Archive>
void save(Archive& archive, const std::string& text) {
  archive(make_size_tag(static_cast<size_type>(text.size())));
  archive(binary_data(text.data(), text.size()));
}
template <class Archive>
void load(Archive& archive, std::string& text) {
  size_type size = 0;
  archive(make_size_tag(size));
  text.clear();
  while (text.size() < size) {
    const std::size_t at = text.size(), piece = std::min<size_type>(size - at, 65536);
    text.resize(at + piece);
    archive(binary_data(text.data() + at, piece));
  }
}

template <class Archive, class T>
void save(Archive& archive, const std::vector<T>& list) {
  archive(make_size_tag(static_cast<size_type>(list.size())));
  for (const T& item : list) archive(item);
}
template <class Archive, class T>
void load(Archive& archive, std::vector<T>& list) {
  size_type size = 0;
  archive(make_size_tag(size));
  list.clear();
  for (size_type i = 0; i < size; ++i) archive(list.emplace_back());
}

template <class Archive>
void save(Archive& archive, const std::map<std::string, std::string>& map) {
  archive(make_size_tag(static_cast<size_type>(map.size())));
  for (const auto& [key, value] : map) archive(key, value);
}
template <class Archive>
void load(Archive& archive, std::map<std::string, std::string>& map) {
  size_type size = 0;
  archive(make_size_tag(size));
  map.clear();
  for (size_type i = 0; i < size; ++i) {
    std::string key, value;
    archive(key, value);
    if (!map.empty() && map.rbegin()->first >= key) throw Exception("keys out of order");
    map.emplace_hint(map.end(), std::move(key), std::move(value));
  }
}

template <class Archive>
void serialize(Archive& archive, ferry::Digest& digest) { archive(digest.high, digest.low); }

}  // namespace cereal

namespace ferry::format {

// A bool or an enumeration up to `last`, as one byte that is checked before it becomes one.
template <class Archive, class T>
void Byte(Archive& archive, T& value, T last) {
  auto byte = static_cast<std::uint8_t>(value);
  archive(byte);
  if (byte > static_cast<std::uint8_t>(last)) throw cereal::Exception("a value out of range");
  value = static_cast<T>(byte);
}
template <class Archive>
void Truth(Archive& archive, bool& value) { Byte(archive, value, true); }

template <class Archive>
void Optional(Archive& archive, std::optional<Digest>& digest) {
  bool there = digest.has_value();
  Truth(archive, there);
  Digest value = digest.value_or(Digest{});
  if (there) archive(value);
  digest = there ? std::optional(value) : std::nullopt;
}

}  // namespace ferry::format
