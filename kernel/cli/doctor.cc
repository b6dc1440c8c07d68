// What must be right before a session can be kept and brought back, looked at one by one.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <sstream>
#include <vector>

#include "kernel/cli/output.h"
#include "kernel/cli/program.h"
#include "kernel/cli/verbs.h"
#include "serializer/image/probe.h"
#include "serializer/store/store.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::cli {
namespace {

enum class Verdict { kGood, kNote, kBad };  // a note limits something and breaks nothing

struct Finding {
  std::string check;
  Verdict verdict = Verdict::kGood;
  std::string what, remedy;
};

Finding Python() {
  const std::string python = SiblingPython();
  auto ran = Run({python, "-P", "-c",
                  "import sys, platform\n"
                  "print(platform.python_implementation(), '%d.%d' % sys.version_info[:2])\n"
                  "import kernelferry._ferry"});
  if (!ran) return {"python", Verdict::kBad, ran.error().what, "install CPython " FERRY_PYTHON};
  const std::string version = ran->output.substr(0, ran->output.find('\n'));
  if (version != "CPython " FERRY_PYTHON) {
    return {"python", Verdict::kBad, python + " is " + version, "use CPython " FERRY_PYTHON ", for which this was built"};
  }
  if (ran->exit_code != 0) {
    return {"python", Verdict::kBad, python + ": " + ran->output.substr(ran->output.rfind('\n') + 1),
            "install Kernelferry there: " + python + " -m pip install kernelferry"};
  }
  return {"python", Verdict::kGood, python + " is " + version + " and has kernelferry", ""};
}

Finding Kernelspec() {
  std::vector<std::string> folders;
  std::istringstream path(Environment("JUPYTER_PATH"));
  for (std::string folder; std::getline(path, folder, ':');) folders.push_back(folder);
  folders.push_back(JupyterDataDir());
  std::error_code error;
  const auto prefix = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  for (const auto& shared : {prefix.string(), std::string("/usr/local"), std::string("/usr")}) {
    folders.push_back(shared + "/share/jupyter");
  }
  for (const auto& folder : folders) {
    const std::string file = folder + "/kernels/ferry/kernel.json";
    auto spec = store::ReadObject(file);
    if (!spec && spec.error().code == Code::kNotFound) continue;
    if (!spec) return {"kernel", Verdict::kBad, spec.error().what, "jupyter ferry install"};
    const Json argv = spec->value("argv", Json::array());
    const std::string program = argv.is_array() && !argv.empty() && argv[0].is_string() ? argv[0].get<std::string>() : "";
    if (FindProgram(program).empty()) {
      return {"kernel", Verdict::kBad, file + " starts " + program + ", which cannot be run", "jupyter ferry install"};
    }
    return {"kernel", Verdict::kGood, file, ""};
  }
  return {"kernel", Verdict::kBad, "Jupyter knows no kernel named ferry", "jupyter ferry install"};
}

Finding Home(const Settings& settings) {
  std::string existing = settings.home;
  while (!Exists(existing) && existing.find('/') != std::string::npos && existing.size() > 1) {
    existing = std::filesystem::path(existing).parent_path();
  }
  const std::string probe = existing + "/.ferry-doctor-" + std::to_string(::getpid());
  auto written = [&]() -> Result<void> {
    if (auto opened = store::Store::Open(settings.home); !opened) return opened.error();
    auto file = File::Create(probe);
    if (!file) return file.error();
    if (auto r = file->Write("x"); !r) return r;
    return file->Sync();
  }();
  (void)ferry::Remove(probe);
  if (!written) return {"store", Verdict::kBad, written.error().what, written.error().remedy};
  std::error_code error;
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  if (Exists(settings.home) && (std::filesystem::status(settings.home, error).permissions() & others) != std::filesystem::perms::none) {
    return {"store", Verdict::kNote, settings.home + " is open to other users; its sessions are not", "chmod 700 " + settings.home};
  }
  return {"store", Verdict::kGood, settings.home + " can be written", ""};
}

Finding Quota(const Settings& settings) {
  auto store = store::Store::Open(settings.home, settings.quota);
  if (!store) return {"quota", Verdict::kBad, store.error().what, store.error().remedy};
  const std::uint64_t used = store->Used();
  const std::string what = SizeInWords(used) + " of " + SizeInWords(settings.quota) + " are taken";
  if (settings.quota == 0 || used < settings.quota / 10 * 9) return {"quota", Verdict::kGood, settings.quota ? what : "none", ""};
  return {"quota", used < settings.quota ? Verdict::kNote : Verdict::kBad, what,
          "raise FERRY_QUOTA, or remove sessions (jupyter ferry list, jupyter ferry rm)"};
}

Finding Disk(const Settings& settings) {
  const std::uint64_t free = FreeSpace(settings.home);
  if (free > 1'000'000'000) return {"disk", Verdict::kGood, SizeInWords(free) + " are free", ""};
  return {"disk", free < 50'000'000 ? Verdict::kBad : Verdict::kNote, "only " + SizeInWords(free) + " are free for " + settings.home,
          "free some space there, or set FERRY_HOME to a directory on another disk"};
}

Finding RuntimeDirectory() {
  auto runtime = Environment("XDG_RUNTIME_DIR");
  std::error_code error;
  if (runtime.empty() || ::access(runtime.c_str(), W_OK) != 0) runtime = std::filesystem::temp_directory_path(error).string();
  if (error || ::access(runtime.c_str(), W_OK) != 0) {
    return {"sockets", Verdict::kBad, "neither XDG_RUNTIME_DIR nor the temporary directory can be written",
            "set XDG_RUNTIME_DIR to a directory of yours"};
  }
  return {"sockets", Verdict::kGood, "below " + runtime, ""};
}

// The way by which system images are taken and brought back here, or each thing that is in the way.
void Criu(const Settings& settings, std::vector<Finding>& findings) {
  for (const auto& f : image::Look(settings.criu, settings.own_namespace).findings) {
    findings.push_back({"criu", f.good ? Verdict::kGood : Verdict::kNote, f.what, f.remedy});
    if (!f.good) findings.back().what += "; generators, connections and the like cannot be carried";
  }
}

}  // namespace

int Doctor(const Settings& settings, bool json) {
  std::vector<Finding> findings = {Python(), Kernelspec(), Home(settings), Quota(settings), Disk(settings), RuntimeDirectory()};
  Criu(settings, findings);
  Json checks = Json::array(), messages = Json::array();
  bool good = true;
  constexpr const char* words[] = {"ok", "note", "BAD"};
  for (const auto& f : findings) {
    good = good && f.verdict != Verdict::kBad;
    checks.push_back({{"check", f.check}, {"ok", f.verdict != Verdict::kBad}, {"note", f.verdict == Verdict::kNote},
                      {"what", f.what}, {"remedy", f.remedy}});
    if (f.verdict != Verdict::kGood) messages.push_back(f.what);
    if (json) continue;
    std::printf("%-4s  %-8s  %s\n", words[static_cast<int>(f.verdict)], f.check.c_str(), Cell(f.what).c_str());
    if (!f.remedy.empty()) std::printf("                -> %s\n", Cell(f.remedy).c_str());
  }
  if (json) PrintJson(Answer("ferry.doctor/1", "", {{"ok", good}, {"checks", checks}, {"messages", messages}}));
  return good ? kOk : kFailed;
}

}  // namespace ferry::cli
