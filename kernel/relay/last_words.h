// What the log of an engine that has ended says of its end.
#pragma once

#include <string>
#include <string_view>

namespace ferry::relay {

// Of one that could not go on, as words of its end; "" if it did not say so.
std::string LastWords(std::string_view log);

// Where one was when C code crashed, as faulthandler wrote it: the user's code and libraries', a line each, innermost first; or "".
std::string CrashedIn(std::string_view log);

}  // namespace ferry::relay
