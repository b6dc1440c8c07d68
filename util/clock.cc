#include "util/clock.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>

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

std::optional<std::int64_t> ParseDate(const std::string& text) {
  std::tm parts{}, zone{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  std::int64_t micros = 0;
  if (*rest == '.') {
    for (int unit = 100'000; *++rest >= '0' && *rest <= '9'; unit /= 10) micros += unit * (*rest - '0');
  }
  rest = strptime(rest, "%z", &zone);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  return (std::int64_t{timegm(&parts)} - zone.tm_gmtoff) * 1'000'000 + micros;
}

std::optional<std::int64_t> ProcessStartMicros() {
  constexpr int kFieldsToStart = 19;  // proc(5): the 22nd field; the second, a name in parentheses, may hold anything
  std::ifstream file("/proc/self/stat");
  std::string stat(std::istreambuf_iterator<char>(file), {});
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  std::int64_t ticks = 0;
  for (int i = 0; i < kFieldsToStart; ++i) fields >> skipped;
  if (!(fields >> ticks)) return std::nullopt;
  timespec since_boot;
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const std::int64_t age = since_boot.tv_sec * 1'000'000LL + since_boot.tv_nsec / 1000 - (ticks + 1) * (1'000'000 / ::sysconf(_SC_CLK_TCK));
  return NowMicros() - age;
}

}  // namespace ferry
