#include "kernel/relay/examine.h"

#include "kernel/relay/end.h"
#include "kernel/relay/runtime_dir.h"

namespace ferry::relay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPieces = 8;  // of the measurement

double Since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

}  // namespace

Result<json> Examine(const std::string& text, const std::string& python) {
  auto host = ParseHost(text);
  if (!host) return host.error();
  auto dir = RuntimeDir::Make();
  if (!dir) return dir.error();
  RemoveAtEnd remove(*dir);
  End end(text, "");
  auto hello = end.Reach(*host, dir->path(), python);
  if (!hello) return hello.error();
  auto facts = end.Must({{"op", "facts"}, {"packages", json::object()}, {"files", json::array()}});
  if (!facts) return facts.error();
  auto began = Clock::now();
  if (auto echo = end.Ask({{"op", "echo"}}); !echo) return echo.error();
  double latency = Since(began);
  std::string piece(kPiece, 'Z');
  began = Clock::now();
  for (int i = 0; i < kPieces; ++i) {
    if (auto echo = end.Ask({{"op", "echo"}}, piece); !echo) return echo.error();
  }
  json found = *hello;
  found["version_here"] = FERRY_VERSION;
  for (const char* key : {"cores", "memory", "disk", "system", "python"}) found[key] = facts->value(key, json());
  found["latency"] = latency;
  found["bandwidth"] = kPieces * double(kPiece) / std::max(Since(began) - kPieces * latency, 1e-6);
  return found;
}

}  // namespace ferry::relay
