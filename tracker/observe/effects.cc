#include "tracker/observe/effects.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "util/digest.h"
#include "util/signals_blocked.h"

namespace ferry::observe {
namespace {
constexpr std::size_t kMostEffects = 64;

// From now on this thread has descriptors of its own, and none of those that the process has. False where the system forbids that.
bool LeaveDescriptors() {
  return ::syscall(SYS_close_range, 0U, ~0U, CLOSE_RANGE_UNSHARE) == 0 || ::unshare(CLONE_FILES) == 0;
}

// No event for whoever listens: Python's own open() is not asked.
std::optional<Digest> ReadAndDigest(const std::string& path, std::size_t size) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  std::string bytes(size, '\0');
  std::size_t got = 0;
  ssize_t n = 1;
  while (got < size && (n = ::read(fd, bytes.data() + got, size - got)) > 0) got += static_cast<std::size_t>(n);
  ::close(fd);
  return got == size ? std::optional(DigestOf(bytes)) : std::nullopt;
}

// Closing a file ends all locks by fcntl() that its owner, a table of descriptors, has on it (POSIX): those of the session
// stay, since a thread reads with a table of its own.
std::optional<Digest> DigestOfFile(const std::string& path, std::size_t size) {
  std::optional<Digest> digest;
  try {
    const SignalsBlocked none;
    std::thread([&] {
      if (LeaveDescriptors()) digest = ReadAndDigest(path, size);
    }).join();
  } catch (const std::system_error&) {  // no room for a thread
  }
  return digest;
}

// Of the character in UTF-8 with which the text begins; 0: it begins with none.
std::size_t SizeOfCharacter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool none = (first == 0xed && byte(1) >= 0xa0) || (first == 0xf4 && byte(1) >= 0x90);  // surrogates, and beyond the last
  return overlong || none ? 0 : size;
}

}  // namespace

std::string FileState(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return "";
  std::string text = path + " (" + std::to_string(info.st_size) + " bytes, mtime " + std::to_string(info.st_mtim.tv_sec) + "." +
                     std::to_string(info.st_mtim.tv_nsec);
  if (static_cast<std::size_t>(info.st_size) <= kDigested) {
    if (const auto digest = DigestOfFile(path, static_cast<std::size_t>(info.st_size))) text += ", digest " + digest->Hex();
  }
  return text + ")";
}

const EventRule* RuleOf(std::string_view event) {
  static const auto& rules = *new std::unordered_map<std::string_view, EventRule>{
      {"os.remove", {"file-remove", true, 0, 1}},      {"os.rename", {"file-remove", true, 0, 2}},
      {"os.rmdir", {"file-remove", true, 0, 1}},       {"os.truncate", {"file-write", true, 0}},
      {"os.link", {"file-write", true, 1, 3}},         {"os.symlink", {"file-write", true, 1, 2}},
      {"os.chmod", {"file-write", true, 0, 2}},        {"os.chown", {"file-write", true, 0, 3}},
      {"os.utime", {"file-write", true, 0, 3}},        {"os.setxattr", {"file-write", true, 0}},
      {"os.removexattr", {"file-write", true, 0}},     {"os.mkdir", {"file-write", false, 0, 2}},
      {"socket.connect", {"network", true, 1}},     {"socket.bind", {"network", true, 1}},
      {"socket.sendto", {"network", true, 1}},      {"socket.sendmsg", {"network", true, 1}},
      {"socket.getaddrinfo", {"network", false, 0}}, {"socket.gethostbyname", {"network", false, 0}},
      {"urllib.Request", {"network", true, 0}},     {"http.client.connect", {"network", true, 1}},
      {"ftplib.connect", {"network", true, 1}},     {"smtplib.connect", {"network", true, 1}},
      {"syslog.syslog", {"network", true, -1}},
      {"imaplib.open", {"network", true, 1}},       {"poplib.connect", {"network", true, 1}},
      {"webbrowser.open", {"subprocess", true, 0}}, {"subprocess.Popen", {"subprocess", true, 0}},
      {"os.system", {"subprocess", true, 0}},       {"os.exec", {"subprocess", true, 0}},
      {"os.posix_spawn", {"subprocess", true, 0}},  {"os.spawn", {"subprocess", true, 1}},
      {"os.fork", {"subprocess", true, -1}},        {"os.forkpty", {"subprocess", true, -1}},
      {"pty.spawn", {"subprocess", true, 0}},       {"os.kill", {"subprocess", true, -1}},
      {"os.killpg", {"subprocess", true, -1}},      {"signal.pthread_kill", {"subprocess", true, -1}},
      {"os.putenv", {"environ", false, 0}},         {"os.unsetenv", {"environ", false, 0}},
      {"os.chdir", {"cwd", false, 0}},              {"os.fchdir", {"cwd", false, 0}},
      {"builtins.input", {"input", true, 0}},
  };
  const auto it = rules.find(event);
  return it == rules.end() ? nullptr : &it->second;
}

OwnFiles::OwnFiles(std::vector<std::string> folders) : folders_(std::move(folders)) {
  for (std::size_t i = 0, given = folders_.size(); i < given; ++i) {
    std::error_code none;
    std::string place = std::filesystem::weakly_canonical(folders_[i], none).string();
    if (!none && place != folders_[i]) folders_.push_back(std::move(place));
  }
}

bool OwnFiles::Contains(std::string_view path) const {
  if (path.ends_with(".pyc") || path.find("/__pycache__") != path.npos) return true;
  return std::any_of(folders_.begin(), folders_.end(), [&](const std::string& folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
  });
}

bool LiesIn(const NameSet& paths, std::string_view path) {
  while (!paths.empty() && !path.empty()) {
    if (paths.contains(path)) return true;
    path = path.substr(0, path.find_last_of('/') == path.npos ? 0 : path.find_last_of('/'));
  }
  return false;
}

std::string AsText(std::string_view path) {
  std::string text;
  while (!path.empty()) {
    const std::size_t size = SizeOfCharacter(path);
    if (size > 0) {
      text += path.substr(0, size);
    } else {
      constexpr const char* kDigits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(path.front());
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    path.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text;
}

bool AsksTheMachine(std::string_view command) {
  command.remove_prefix(std::min(command.size(), command.rfind('/') + 1));
  for (const char* known : {"lscpu", "uname", "fc-list", "ldconfig", "nvidia-smi", "lsb_release"}) {
    if (command == known) return true;
  }
  return false;
}

void EffectList::Add(graph::Effect effect) {
  for (graph::Effect& known : effects_) {
    if (known.kind == effect.kind && known.detail == effect.detail) {
      known.unsafe |= effect.unsafe;
      return;
    }
  }
  if (effects_.size() < kMostEffects) {
    effects_.push_back(std::move(effect));
  } else {
    ++more_;
    more_unsafe_ |= effect.unsafe;
  }
}

bool Holds(const std::vector<graph::Effect>& recorded, const graph::Effect& effect, bool or_safe) {
  const bool counted = std::any_of(recorded.begin(), recorded.end(), [](const auto& r) { return r.kind == "more" && r.unsafe; });
  return std::any_of(recorded.begin(), recorded.end(), [&](const graph::Effect& r) {
    return (r.unsafe || or_safe) && r.kind == effect.kind && (counted || r.detail == effect.detail);
  });
}

bool EffectList::Has(std::string_view kind) const {
  return more_ || std::any_of(effects_.begin(), effects_.end(), [&](const auto& effect) { return effect.kind == kind; });
}

bool EffectList::HasUnsafe(std::string_view kind) const {
  return more_unsafe_ || std::any_of(effects_.begin(), effects_.end(), [&](const auto& effect) { return effect.unsafe && effect.kind == kind; });
}

bool EffectList::full() const { return effects_.size() >= kMostEffects; }

std::vector<graph::Effect> EffectList::Take() {
  if (more_) effects_.push_back({"more", "and " + std::to_string(more_) + " more", more_unsafe_});
  more_ = 0;
  more_unsafe_ = false;
  return std::move(effects_);
}

}  // namespace ferry::observe
