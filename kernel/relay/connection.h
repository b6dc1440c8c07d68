// Connection files: the one that the front end wrote for us, and the one that we write for an engine.
#pragma once

#include <string>

#include "util/result.h"

namespace ferry::relay {

struct Connection {
  std::string transport = "tcp", ip, key, kernel_name;
  int shell_port = 0, iopub_port = 0, stdin_port = 0, control_port = 0, hb_port = 0;
  std::string front_end;  // the file that the front end wrote, as it is called on its machine
  std::string curve_publickey, curve_secretkey;  // Z85; empty: no encryption

  std::string Endpoint(int port) const;  // tcp://IP:PORT or ipc://IP-PORT
};

// kInvalid names what is missing or unknown in the file.
Result<Connection> ReadConnection(const std::string& file);

// The file of an engine, mode 0600. Its sockets are STEM-1 ... STEM-5; the key is the front end's, so that signatures
// hold on both legs. `session` is the id that engine and relay put into the headers of what they write.
Connection EngineConnection(const Connection& front, const std::string& stem);
Result<void> WriteConnection(const std::string& file, const Connection& connection, const std::string& session);

// The engine with this file has another front end from now on; it looks there when user code asks.
Result<void> NameFrontEnd(const std::string& file, const std::string& front_end);

}  // namespace ferry::relay
