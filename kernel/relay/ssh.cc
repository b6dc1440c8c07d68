#include "kernel/relay/ssh.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace ferry::relay {
namespace {

Result<std::string> Ssh() {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(path, folder, ':');) {
    std::string program = folder + "/ssh";
    if (folder.starts_with("/") && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return Error{Code::kNotFound, "there is no program ssh on this machine", "install it (Debian: apt install openssh-client)"};
}

std::string Escaped(const std::string& text, const char* special) {
  std::string escaped;
  for (char c : text) {
    if (std::strchr(special, c)) escaped += '\\';
    escaped += c == '%' ? "%%" : std::string(1, c);  // ssh puts something else for %h
  }
  return escaped;
}

// A path in an option of ssh's, which has the syntax of its configuration, and in a forwarding.
std::string InOption(const std::string& path) { return '"' + Escaped(path, "\"\\") + '"'; }
std::string InForwarding(const std::string& path) { return Escaped(path, ":\\"); }

std::vector<std::string> Common(const std::string& ssh, const Host& host, const std::string& control) {
  std::vector<std::string> words = {ssh, "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ControlPath=" + InOption(control)};
  if (!host.port.empty()) words.insert(words.end(), {"-p", host.port});
  return words;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

bool Says(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

}  // namespace

Result<Host> ParseHost(const std::string& text) {
  Host host{text, text, ""};
  if (host.home()) return host;
  auto invalid = [&](const std::string& why) {
    return Error{Code::kInvalid, "\"" + text + "\" is no host: " + why, "write user@host or user@host:port, as for ssh"};
  };
  if (text.empty()) return invalid("it is empty");
  bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 127; });
  if (!plain) return invalid("it holds a character that no host has");
  std::size_t bracket = text.rfind(']'), colon = text.rfind(':');
  bool one_colon = colon != std::string::npos && (text.find(':') == colon || (bracket != std::string::npos && bracket < colon));
  if (one_colon) {
    host.destination = text.substr(0, colon);
    host.port = text.substr(colon + 1);
    bool digits = !host.port.empty() && host.port.size() < 6 && std::all_of(host.port.begin(), host.port.end(), ::isdigit);
    if (!digits || std::stoi(host.port) > 65535) return invalid("its port is no number");
  }
  std::erase_if(host.destination, [](char c) { return c == '[' || c == ']'; });
  std::size_t at = host.destination.rfind('@');
  if (host.destination.starts_with("-") || at == 0 || at == host.destination.size() - 1 || host.destination[at + 1] == '-') {
    return invalid("ssh would not take it");
  }
  return host;
}

Result<std::vector<std::string>> SshHarbour(const Host& host, const std::string& control, const std::string& program, const std::string& from) {
  auto ssh = Ssh();
  if (!ssh) return ssh.error();
  auto words = Common(*ssh, host, control);
  for (const char* option : {"ControlMaster=yes", "ControlPersist=no", "ClearAllForwardings=yes", "ServerAliveInterval=15",
                             "ServerAliveCountMax=4", "ConnectTimeout=15"}) {
    words.insert(words.end(), {"-o", option});
  }
  // sh -c, since the user's login shell may be any.
  std::string script = std::string("export ") + kHarbourOf + "=" + Quoted(from) + "; for f in \"$(command -v jupyter-ferry)\" \"$HOME/.local/bin/jupyter-ferry\" " + Quoted(program) +
                       "; do [ -x \"$f\" ] && exec \"$f\" harbour; done; echo ferry-no-program >&2; exit 127";
  words.insert(words.end(), {host.destination, "exec sh -c " + Quoted(script)});
  return words;
}

Result<std::vector<std::string>> SshForward(const Host& host, const std::string& control,
                                            const std::vector<std::pair<std::string, std::string>>& sockets) {
  auto ssh = Ssh();
  if (!ssh) return ssh.error();
  auto words = Common(*ssh, host, control);
  words.insert(words.end(), {"-O", "forward"});
  for (const auto& [local, remote] : sockets) words.insert(words.end(), {"-L", InForwarding(local) + ":" + InForwarding(remote)});
  words.push_back(host.destination);
  return words;
}

Error ExplainSsh(const Host& host, const std::string& said) {
  const std::string where = host.text;
  std::string command = "ssh " + (host.port.empty() ? "" : "-p " + host.port + " ") + host.destination;
  if (Says(said, "ferry-no-program")) {
    return {Code::kNotFound, "there is no jupyter-ferry on " + where,
            "install Kernelferry there (pip install kernelferry), so that `" + command + " jupyter-ferry --help` works"};
  }
  if (Says(said, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    return {Code::kRefused, "the host key of " + where + " is not the one that is known here; somebody may be listening",
            "ask who runs that host; if the change is meant, remove the old key with ssh-keygen -R"};
  }
  if (Says(said, "Host key verification failed") || Says(said, "host key is known")) {
    return {Code::kRefused, "the host key of " + where + " is not known here", "check it and accept it once: run `" + command + "` in a terminal"};
  }
  if (Says(said, "Permission denied")) {
    return {Code::kRefused, where + " does not let you in without a password",
            "set up a key (ssh-copy-id) or an agent, so that `" + command + "` asks nothing"};
  }
  std::string last = said;
  while (!last.empty() && (last.back() == '\n' || last.back() == '\r')) last.pop_back();
  last = last.substr(last.rfind('\n') + 1);
  return {Code::kIo, "cannot reach " + where + (last.empty() ? "" : ": " + last), "see that `" + command + "` works in a terminal"};
}

}  // namespace ferry::relay
