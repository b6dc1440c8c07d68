#include <unistd.h>

#include <cerrno>

#include "kernel/cli/output.h"
#include "kernel/cli/program.h"
#include "kernel/cli/verbs.h"
#include "util/file.h"

namespace ferry::cli {

int Install(const std::string& verb, std::vector<std::string> arguments) {
  std::vector<std::string> words = {SiblingPython(), "-P", "-m", "kernelferry.install"};
  if (verb == "uninstall") words.push_back("--uninstall");
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  return Fail(false, "", SystemError(errno, "run", words[0]));
}

}  // namespace ferry::cli
