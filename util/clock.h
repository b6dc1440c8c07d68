// Wall clock as records hold it, and as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace ferry {

std::int64_t NowMicros();                          // microseconds since 1970
std::string LocalTime(std::int64_t micros);        // "2026-03-01 14:05:09", in the zone of this machine

}  // namespace ferry
