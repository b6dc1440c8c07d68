// The verbs that concern other hosts: they hand over to the relay's program, which knows how to reach them.
#include <unistd.h>

#include <cerrno>

#include "kernel/cli/output.h"
#include "kernel/cli/program.h"
#include "kernel/cli/verbs.h"
#include "util/file.h"

namespace ferry::cli {
namespace {

// Where the program ferry-relay lies that belongs to the Python beside this one.
Result<std::string> RelayProgram(const std::string& python) {
  auto ran = Run({python, "-P", "-c", "import os, kernelferry; print(os.path.join(os.path.dirname(kernelferry.__file__), 'bin', 'ferry-relay'))"});
  if (!ran) return ran.error();
  std::string path = ran->output.substr(0, ran->output.find('\n'));
  if (ran->exit_code != 0 || ::access(path.c_str(), X_OK) != 0) {
    return Error{Code::kNotFound, python + " has no kernelferry", "install it there: " + python + " -m pip install kernelferry"};
  }
  return path;
}

}  // namespace

int Harbour() {
  std::string python = SiblingPython();
  auto relay = RelayProgram(python);
  if (!relay) return Fail(false, "", relay.error());
  std::string path = FindProgram(python);
  ::execl(relay->c_str(), relay->c_str(), "--harbour", "--python", path.c_str(), static_cast<char*>(nullptr));
  return Fail(false, "", SystemError(errno, "run", *relay));
}

}  // namespace ferry::cli
