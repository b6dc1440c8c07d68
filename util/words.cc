#include "util/words.h"

#include <cstdio>
#include <utility>

namespace ferry {

std::string SizeInWords(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB"};
  int unit = 0;
  for (; bytes >= 999.5 && unit < 4; ++unit) bytes /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || bytes >= 99.5 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

std::string DurationInWords(double seconds) {
  const auto [form, unit] = seconds < 0.1   ? std::pair("%.0f ms", 1e-3)
                            : seconds < 10   ? std::pair("%.1f s", 1.0)
                            : seconds < 90   ? std::pair("%.0f s", 1.0)
                            : seconds < 5400 ? std::pair("%.0f min", 60.0)
                                             : std::pair("%.1f h", 3600.0);
  char text[32];
  std::snprintf(text, sizeof text, form, seconds / unit);
  return text;
}

}  // namespace ferry
