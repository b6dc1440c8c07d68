// Other programs: the Python beside this one, and what a short run of one printed.
#pragma once

#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::cli {

std::string SiblingPython();  // the `python` next to this program (its environment), else "python3" of PATH
std::string FindProgram(const std::string& name);  // on PATH, or itself if it is a path; "" if it cannot be run

struct Finished {
  int exit_code = 0;  // 128 + signal if one ended it
  std::string output;
};
// Runs it to its end; standard error joins the output, standard input is empty. kNotFound, kIo.
Result<Finished> Run(const std::vector<std::string>& command);

}  // namespace ferry::cli
