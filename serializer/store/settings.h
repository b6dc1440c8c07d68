// What the user configured, for programs without Python: environment over jupyter_ferry_config.json over default
// (docs/interfaces.md, "Environment and configuration").
#pragma once

#include <string>

namespace ferry::store {

// The value of `key` ("home", "session", ...): of FERRY_KEY, else of the file; "" where it is set in neither, or the file
// cannot be read (the engine says what is wrong with it).
std::string Setting(const std::string& key);

// Where the store lies: the setting `home`, by default `ferry` in Jupyter's data directory.
std::string ConfiguredHome();

}  // namespace ferry::store
