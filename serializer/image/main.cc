// ferry-image: takes, checks and brings back system images; what the relay starts beside itself, since both take seconds
// and one of them changes namespaces. The last line of its output is a JSON object: {"ok": true, ...} or {"ok": false,
// "code", "what", "remedy"}; with --result it is written to a file as well, whole or not at all.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "serializer/image/dump.h"
#include "serializer/image/keeper.h"
#include "serializer/image/preflight.h"
#include "util/file.h"

namespace ferry::image {
namespace {

using nlohmann::json;

constexpr const char* kSeconds = "FERRY_IMAGE_SECONDS";

json Failure(const Error& error) {
  return {{"ok", false}, {"code", Name(error.code)}, {"what", error.what}, {"remedy", error.remedy}};
}

json Of(const format::Bundle& b) {
  return {{"ok", true}, {"session", b.session}, {"generation", b.generation}, {"bytes", Bytes(b)}, {"wake", b.wake},
          {"processes", b.pids.size()}, {"mapped", b.mapped.size()}, {"host", b.host}, {"time_us", b.time_us}};
}

json Of(const Probe& probe) {
  json findings = json::array();
  for (const auto& f : probe.findings) findings.push_back({{"good", f.good}, {"what", f.what}, {"remedy", f.remedy}});
  return {{"ok", true}, {"criu", probe.criu}, {"version", probe.version}, {"dump", Name(probe.dump)}, {"restore", probe.restore},
          {"findings", findings}};
}

// The file appears when the engine has closed what it must, and is written whole. False if the engine ends before.
bool AwaitStill(const std::string& marker, DumpRequest& dump, std::string& manifest) {
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, dump.pid, 0));
  constexpr int kBetween = 3;  // milliseconds
  for (pollfd item{ended, POLLIN, 0}; !Exists(marker);) {
    if (ended < 0 || ::poll(&item, 1, kBetween) > 0) return false;
  }
  auto text = ReadFile(marker);
  const json told = json::parse(text ? *text : "", nullptr, /*allow_exceptions=*/false);
  if (!told.is_object()) return false;
  dump.session = told.value("session", "");
  dump.generation = told.value("generation", 0u);
  dump.folder = told.value("folder", "");
  manifest = told.value("manifest", "");
  return true;
}

double Since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// Of whoever started this: whether the processes end.
bool AwaitVerdict() {
  sigset_t verdicts;
  sigemptyset(&verdicts);
  sigaddset(&verdicts, SIGUSR1);
  sigaddset(&verdicts, SIGUSR2);
  const int said = ::signalfd(-1, &verdicts, SFD_CLOEXEC);
  pollfd items[] = {{said, POLLIN, 0}, {static_cast<int>(::syscall(SYS_pidfd_open, ::getppid(), 0)), POLLIN, 0}};
  while (::poll(items, 2, -1) < 0) {}
  signalfd_siginfo verdict{};
  return (items[0].revents & POLLIN) && ::read(said, &verdict, sizeof verdict) == sizeof verdict && verdict.ssi_signo == SIGUSR2;
}

int Main(int argc, char** argv) {
  sigset_t verdicts;  // one that comes before it is awaited waits
  sigemptyset(&verdicts);
  sigaddset(&verdicts, SIGUSR1);
  sigaddset(&verdicts, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &verdicts, nullptr);
  CLI::App app{"System images of Kernelferry's engines, by CRIU"};
  app.require_subcommand(1);
  std::string criu, result, folder, manifest, marker, own;
  DumpRequest dump;
  RestoreRequest restore;
  app.add_option("--criu", criu, "the criu program; off: none");
  app.add_option("--result", result, "file to which the answer is written");
  auto* take = app.add_subcommand("dump", "take an image of a process and its children");
  take->add_option("--pid", dump.pid)->required();
  take->add_option("--to", dump.folder, "the folder to make");
  take->add_option("--when", marker, "wait for this file: {session, generation, manifest, folder} of a process that stands still");
  take->add_option("--session", dump.session);
  take->add_option("--generation", dump.generation);
  take->add_option("--manifest", manifest, "digest of that generation");
  take->add_option("--wake", dump.wake, "the socket at which the engine waits");
  take->add_option("--seconds", dump.seconds, "kill CRIU after so long")->envname(kSeconds);
  bool end = false, hold = false;
  std::string carry;
  take->add_flag("--end", end, "the processes end when the image is on disk");
  take->add_flag("--hold", hold, "they stay stopped then: SIGUSR1 lets them go on, SIGUSR2 ends them; they go on when who started this has ended");
  take->add_option("--carry", carry, "file of paths, one a line: copies of these mapped files travel with the image");
  auto* bring = app.add_subcommand("restore", "bring an image back and stay until it has ended");
  bring->add_option("--from", restore.folder)->required();
  bring->add_option("--log", restore.log, "CRIU's log")->required();
  bring->add_option("--seconds", restore.seconds, "kill CRIU after so long")->envname(kSeconds);
  auto* check = app.add_subcommand("check", "compare an image with its bundle and this machine");
  check->add_option("--from", folder)->required();
  auto* look = app.add_subcommand("preflight", "what of a process cannot be imaged");
  look->add_option("--pid", dump.pid)->required();
  look->add_option("--own", own, "sockets that do not count begin with this");
  auto* probe = app.add_subcommand("probe", "which CRIU is there, and what it may do here");
  CLI11_PARSE(app, argc, argv);

  if (*take && !marker.empty() && !AwaitStill(marker, dump, manifest)) return 4;
  const auto began = std::chrono::steady_clock::now();
  const Probe here = Look(criu);
  json answer;
  if (*probe) {
    answer = Of(here);
  } else if (*take) {
    dump.manifest = Digest::FromHex(manifest).value_or(Digest{});
    if (end) dump.ends = [](const format::Bundle&) { return true; };
    if (hold) {
      dump.ends = [&](const format::Bundle& bundle) {
        json told = Of(bundle);
        told["files"] = json::array();
        for (const auto& file : bundle.files) told["files"].push_back({file.name, file.bytes});
        told["seconds"] = Since(began);
        return Replace(result, told.dump()) && AwaitVerdict();
      };
    }
    std::ifstream paths(carry);
    for (std::string path; std::getline(paths, path);) dump.carry.push_back(path);
    auto bundle = Dump(dump, here);
    if (hold && bundle) return 0;
    answer = bundle ? Of(*bundle) : Failure(bundle.error());
  } else if (*check) {
    auto bundle = Check(folder);
    auto fits = bundle ? Fits(*bundle, here.version) : Result<void>(bundle.error());
    answer = fits ? Of(*bundle) : Failure(fits.error());
  } else if (*look) {
    answer = {{"ok", true}, {"blockers", json::array()}};
    for (const auto& b : Preflight(dump.pid, own, here.dump)) {
      answer["blockers"].push_back({{"kind", b.kind}, {"what", b.what}, {"remedy", b.remedy}});
    }
  } else if (*bring) {
    answer = Failure(Keep(restore, here));
  }
  answer["seconds"] = Since(began);
  const std::string text = answer.dump(-1, ' ', false, json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
  if (!result.empty() && !Replace(result, text)) return 1;
  return answer["ok"].get<bool>() ? 0 : 3;
}

}  // namespace
}  // namespace ferry::image

int main(int argc, char** argv) { return ferry::image::Main(argc, argv); }
