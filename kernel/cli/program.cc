#include "kernel/cli/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "kernel/cli/settings.h"
#include "util/file.h"

extern char** environ;

namespace ferry::cli {
namespace fs = std::filesystem;

std::string SiblingPython() {
  std::error_code error;
  const fs::path python = fs::read_symlink("/proc/self/exe", error).parent_path() / "python";
  return ::access(python.c_str(), X_OK) == 0 ? python.string() : "python3";
}

std::string FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  std::istringstream path(Environment("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

Result<Finished> Run(const std::vector<std::string>& command) {
  const std::string program = FindProgram(command.at(0));
  if (program.empty()) return Error{Code::kNotFound, command[0] + " cannot be run", ""};
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return SystemError(errno, "run", program);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Finished finished;
  char piece[4096];
  for (ssize_t n; error == 0 && ((n = ::read(ends[0], piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR));) {
    if (n > 0) finished.output.append(piece, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  if (error != 0) return SystemError(error, "run", program);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output.erase(finished.output.find_last_not_of('\n') + 1);
  return finished;
}

}  // namespace ferry::cli
