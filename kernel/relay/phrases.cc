#include "kernel/relay/phrases.h"

namespace ferry::relay {

constexpr std::string_view kPhrases = "";

}  // namespace ferry::relay
