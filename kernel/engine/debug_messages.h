// What is asked of a debugger and answered, as JSON: the small change of debugger.h.
#pragma once

#include <string>

#include "nlohmann/json.hpp"

namespace ferry::engine {

namespace nl = nlohmann;

// "" and {} for what is not there or of another type: a front end may send anything.
std::string Text(const nl::json& message, const char* key);
nl::json Object(const nl::json& message, const char* key);
inline std::string Command(const nl::json& request) { return Text(request, "command"); }

nl::json Response(const nl::json& request, bool success);
nl::json Refusal(const nl::json& request, const std::string& why);
// An answer of debugger.py, as the reply to the request.
nl::json Reply(const nl::json& request, const nl::json& answer);

// Whether code of the user's runs to answer it, for as long as it likes.
bool RunsUserCode(const std::string& command);
// What debugpy never answers while nothing is stopped.
bool Resumes(const std::string& command);

// Whether text may stand for a variable.
bool IsName(const std::string& text);
// The variables that are the user's, of what debugpy or debugger.py tells.
nl::json Shown(const nl::json& variables);
// The frames of a stack from the innermost to that of the cell; below are IPython's and ours.
nl::json DownToCell(const nl::json& frames, const std::string& folder);

}  // namespace ferry::engine
