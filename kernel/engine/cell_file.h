// Where the code of a cell lies: the file name that it is compiled under, and that the debugger writes it to when a front end asks
// (`dumpCell` of Jupyter's debug protocol; JupyterLab reckons the name by itself, from CellNaming()).
//
// The folder is that of a user, not of a process: functions that came back with a session were compiled in another engine, and
// breakpoints are set by path.
#pragma once

#include <string>

#include "nlohmann/json.hpp"

namespace ferry::engine {

std::string CellFile(const std::string& code);

// What `debugInfo` tells of the names: {hashMethod, hashSeed, tmpFilePrefix, tmpFileSuffix}.
nlohmann::json CellNaming();

}  // namespace ferry::engine
