// Quantities as a person reads them.
#pragma once

#include <string>

namespace ferry {

std::string SizeInWords(double bytes);        // "104 B", "1.2 GB", "120 MB": each a thousand of the one before
std::string DurationInWords(double seconds);  // "80 ms", "1.2 s", "15 s", "2 min", "3.5 h"

}  // namespace ferry
