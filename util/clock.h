// Wall clock as records hold it, and as people read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ferry {

std::int64_t NowMicros();                          // microseconds since 1970
std::string LocalTime(std::int64_t micros);        // "2026-03-01 14:05:09", in the zone of this machine
// "2026-03-01T13:05:09.25Z" or with an offset ("+01:00") as microseconds since 1970; nullopt for anything else.
std::optional<std::int64_t> ParseDate(const std::string& text);
// When this process was made, at most a tick of the system's clock (10 ms) late. nullopt where /proc cannot be read.
std::optional<std::int64_t> ProcessStartMicros();

}  // namespace ferry
