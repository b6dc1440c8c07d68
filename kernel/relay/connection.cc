#include "kernel/relay/connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "util/file.h"

namespace ferry::relay {

using nlohmann::json;

std::string Connection::Endpoint(int port) const {
  return transport + "://" + ip + (transport == "ipc" ? "-" : ":") + std::to_string(port);
}

Result<Connection> ReadConnection(const std::string& file) {
  auto invalid = [&](const std::string& what) {
    return Error{Code::kInvalid, "connection file " + file + ": " + what,
                 "start this program through a Jupyter front end, which writes the file"};
  };
  std::ifstream in(file);
  if (!in) return invalid(std::strerror(errno));
  json j = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object()) return invalid("not a JSON object");
  if (j.contains("registration_port") && !j.contains("shell_port")) {
    return invalid("asks for the registration handshake, which this version does not offer");
  }
  Connection c;
  std::string scheme = "hmac-sha256";
  for (auto [key, text] : {std::pair{"transport", &c.transport}, {"ip", &c.ip}, {"key", &c.key}, {"kernel_name", &c.kernel_name},
                           {"front_end", &c.front_end}, {"curve_publickey", &c.curve_publickey}, {"curve_secretkey", &c.curve_secretkey},
                           {"signature_scheme", &scheme}}) {
    auto found = j.find(key);
    if (found == j.end()) continue;
    if (!found->is_string()) return invalid(std::string(key) + " is not a text");
    *text = found->get<std::string>();
  }
  for (auto [key, port] : {std::pair{"shell_port", &c.shell_port}, {"iopub_port", &c.iopub_port}, {"stdin_port", &c.stdin_port},
                           {"control_port", &c.control_port}, {"hb_port", &c.hb_port}}) {
    auto found = j.find(key);
    if (found == j.end() || !found->is_number_integer()) return invalid(std::string("has no ") + key);
    const auto number = found->get<std::int64_t>();
    if (number < 1 || number > 65535) return invalid(std::string(key) + " is no port");
    *port = static_cast<int>(number);
  }
  if (c.ip.empty()) return invalid("has no ip");
  if (scheme != "hmac-sha256") return invalid("signature_scheme " + scheme + " is unknown");
  if (c.transport != "tcp" && c.transport != "ipc") return invalid("transport " + c.transport + " is unknown");
  return c;
}

Connection EngineConnection(const Connection& front, const std::string& stem) {
  Connection engine;
  engine.transport = "ipc";
  engine.ip = stem;
  engine.key = front.key;
  engine.kernel_name = front.kernel_name;
  engine.front_end = front.front_end;
  engine.shell_port = 1;
  engine.iopub_port = 2;
  engine.stdin_port = 3;
  engine.control_port = 4;
  engine.hb_port = 5;
  return engine;
}

Result<void> WriteConnection(const std::string& file, const Connection& c, const std::string& session) {
  std::string text = json({{"transport", c.transport}, {"ip", c.ip}, {"key", c.key},
                           {"signature_scheme", "hmac-sha256"}, {"kernel_name", c.kernel_name},
                           {"shell_port", c.shell_port}, {"iopub_port", c.iopub_port}, {"stdin_port", c.stdin_port},
                           {"control_port", c.control_port}, {"hb_port", c.hb_port}, {"session", session},
                           {"front_end", c.front_end}}).dump(-1, ' ', false, json::error_handler_t::replace);
  int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int saved = errno;
  if (fd >= 0) ::close(fd);
  if (!written) return Error{Code::kIo, "cannot write " + file + ": " + std::strerror(saved), ""};
  return {};
}

Result<void> NameFrontEnd(const std::string& file, const std::string& front_end) {
  auto text = ReadFile(file, 1 << 20);
  if (!text) return text.error();
  json j = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object()) return Error{Code::kCorrupt, file + " is no connection file", ""};
  j["front_end"] = front_end;
  return Replace(file, j.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace ferry::relay
