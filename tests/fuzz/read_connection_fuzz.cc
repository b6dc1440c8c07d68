// Any bytes whatever as a connection file: refused as invalid, or read as a connection whose ports are ports, and whose
// engine's file is read back as it was written.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "kernel/relay/connection.h"
#include "util/check.h"

using namespace ferry;
using namespace ferry::relay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int memory = ::memfd_create("connection", 0);
  static const std::string file = "/proc/self/fd/" + std::to_string(memory);
  static const std::string written = std::filesystem::temp_directory_path() / ("ferry-fuzz-" + std::to_string(::getpid()));
  CHECK(::ftruncate(memory, 0) == 0 && ::pwrite(memory, data, size, 0) == static_cast<ssize_t>(size));
  auto connection = ReadConnection(file);
  if (!connection) {
    CHECK(connection.error().code == Code::kInvalid && !connection.error().remedy.empty());
    return 0;
  }
  for (int port : {connection->shell_port, connection->iopub_port, connection->stdin_port, connection->control_port,
                   connection->hb_port}) {
    CHECK(port >= 1 && port <= 65535);
  }
  CHECK(!connection->Endpoint(connection->shell_port).empty());
  const Connection engine = EngineConnection(*connection, "/tmp/stem");
  CHECK(WriteConnection(written, engine, "session"));
  auto again = ReadConnection(written);
  ::unlink(written.c_str());
  CHECK(again && again->key == connection->key && again->kernel_name == connection->kernel_name && again->ip == "/tmp/stem");
  return 0;
}
