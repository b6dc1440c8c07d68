// How much a session may still take: of the quota of the whole store, and of the disk.
#pragma once

#include <cstdint>
#include <string>

#include "serializer/store/layout.h"
#include "util/result.h"

namespace ferry::store {

// What a session has on disk of what its generations need; its writer counts it against the quota.
std::uint64_t BlobsAndImages(const SessionFiles& files);

class Room {
 public:
  // `quota` bytes are for the whole store, of which `elsewhere` are taken by other sessions; 0: no quota.
  Room(std::uint64_t quota, std::uint64_t elsewhere, std::uint64_t used) : quota_(quota), elsewhere_(elsewhere), used_(used) {}

  // kFull if that many bytes more do not fit; names what takes most in the newest generation.
  Result<void> Check(const SessionFiles& files, std::uint32_t newest, std::uint64_t bytes) const;

  void Took(std::uint64_t bytes, std::uint64_t instead_of) { used_ += bytes - instead_of; }
  void Freed(std::uint64_t bytes) { used_ -= bytes < used_ ? bytes : used_; }
  std::uint64_t used() const { return used_; }  // of this session

 private:
  Error QuotaError(const SessionFiles& files, std::uint32_t newest, std::uint64_t bytes) const;

  std::uint64_t quota_, elsewhere_, used_;
};

}  // namespace ferry::store
