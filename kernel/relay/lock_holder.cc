#include "kernel/relay/lock_holder.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "kernel/relay/runtime_dir.h"
#include "serializer/image/keeper.h"
#include "util/file.h"
#include "util/lock.h"

namespace ferry::relay {
namespace {

std::string Proc(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

// The pid of the holder of a lock, if it is a process of this machine; else -1.
pid_t PidHere(const std::string& holder) {
  int pid = -1;
  char host[256] = "", here[256] = "";
  ::gethostname(here, sizeof here - 1);
  if (std::sscanf(holder.c_str(), "pid %d on %255s", &pid, host) != 2 || std::string_view(host) != here) return -1;
  return pid;
}

// A process's parent, and whether it lives on: one that ends gives its memory up before its files, and so before its locks,
// and one that was killed may wait for its turn before it begins with that.
struct Status {
  pid_t parent = -1;
  bool memory = false, killed = false;
  bool Lives() const { return memory && !killed; }
};

Status StatusOf(pid_t pid) {
  Status found;
  std::ifstream status(Proc(pid, "status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("PPid:")) found.parent = std::atoi(line.c_str() + 5);
    if (line.starts_with("VmSize:")) found.memory = true;
    if (line.starts_with("SigPnd:") || line.starts_with("ShdPnd:")) found.killed |= std::stoull(line.substr(7), nullptr, 16) >> (SIGKILL - 1) & 1;
  }
  return found;
}

bool IsHarbour(pid_t pid) {
  std::ifstream command(Proc(pid, "cmdline"));
  for (std::string word; std::getline(command, word, '\0');) {
    if (word == "--harbour") return true;
  }
  return false;
}

void ReadCommand(LockHolder& engine) {
  const pid_t itself = image::EngineOf(engine.pid);
  std::ifstream command(Proc(itself, "cmdline"));
  std::string before;
  for (std::string word; std::getline(command, word, '\0'); before = word) {
    if (engine.python.empty()) engine.python = word;
    if (before == "-f") engine.file = word;
  }
  if (itself == engine.pid) return;
  // It was started with the file of a relay before; the keeper's has the same name as what it was told to write.
  std::ifstream keeper(Proc(engine.pid, "cmdline"));
  for (std::string word; std::getline(keeper, word, '\0'); before = word) {
    if (before == "--result") engine.file = std::filesystem::path(word).replace_extension(".json");
  }
}

}  // namespace

std::string AdopterLock(const std::string& connection_file) { return connection_file + ".relay"; }
std::string EndMark(const std::string& connection_file) { return connection_file + ".ends"; }

std::string VariableOf(pid_t pid, const std::string& name) {
  std::ifstream environment(Proc(pid, "environ"));
  for (std::string entry; std::getline(environment, entry, '\0');) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return "";
}

LockHolder Examine(const std::string& holder) {
  LockHolder found;
  found.pid = PidHere(holder);
  if (found.pid <= 0) return found;
  const std::string relay = VariableOf(found.pid, "FERRY_RELAY_PID");  // an engine's
  found.relay = relay.empty() ? -1 : std::atoi(relay.c_str());
  if (found.relay > 0) ReadCommand(found);
  const bool adopted = !found.file.empty() && FileLock::Held(AdopterLock(found.file));
  found.told = !found.file.empty() && Exists(EndMark(found.file));
  found.still = found.told && Exists(RuntimeDir::MarkerOf(found.file));
  const bool harbour = IsHarbour(found.pid), of_harbour = found.relay > 0 && IsHarbour(found.relay);
  const Status status = StatusOf(found.pid);  // last: what was read of a process that has memory now was read whole
  if (!status.Lives()) {
    found.kind = LockHolder::Kind::kEnding;
  } else if (harbour) {
    found.kind = LockHolder::Kind::kHarbour;
  } else if (found.relay > 0 && status.parent != found.relay) {  // an engine is its relay's child as long as the relay lives
    const pid_t adopter = adopted ? PidHere(FileLock::Holder(AdopterLock(found.file))) : -1;
    if (!adopted) found.kind = LockHolder::Kind::kOrphan;
    else if (found.told || (adopter > 0 && !StatusOf(adopter).Lives())) found.kind = LockHolder::Kind::kEnding;
  } else if (found.relay > 0 && (found.told || !StatusOf(found.relay).Lives())) {  // it is the parent until its own memory is gone
    found.kind = LockHolder::Kind::kEnding;
  } else if (of_harbour) {
    found.kind = LockHolder::Kind::kHarbourEngine;
  }
  return found;
}

}  // namespace ferry::relay
