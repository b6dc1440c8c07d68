// Where an engine waits for its word that came back from an image. Not where it waited when it was imaged: that one may
// wait there still, on the same machine, and must not take the word of its copy.
#pragma once

#include <string>

namespace ferry::relay {

inline std::string WakeOfCopy(const std::string& wake) { return wake + ".copy"; }

}  // namespace ferry::relay
