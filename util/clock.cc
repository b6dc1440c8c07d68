#include "util/clock.h"

#include <chrono>
#include <ctime>

namespace ferry {

std::int64_t NowMicros() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::string LocalTime(std::int64_t micros) {
  std::time_t seconds = micros / 1'000'000;
  std::tm parts;
  localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace ferry
