#include "kernel/relay/host_facts.h"

#include <sys/wait.h>

#include <cerrno>

#include "kernel/relay/process.h"
#include "serializer/image/bundle.h"
#include "serializer/image/libraries.h"
#include "serializer/image/locks.h"
#include "serializer/image/probe.h"
#include "serializer/store/json.h"
#include "serializer/store/settings.h"
#include "util/file.h"

namespace ferry::relay {
namespace {

constexpr std::size_t kLogTail = 2000;  // bytes of what Python said in a report

}  // namespace

Result<json> HostFacts(const RuntimeDir& dir, const std::string& python, const json& wish) {
  std::string question = dir.path() + "/facts.json", answer = dir.path() + "/facts.out";
  (void)Remove(answer);
  if (auto written = Replace(question, Text(wish)); !written) return written.error();
  Command command;
  command.argv = {python, "-P", "-c", "import sys; from kernelferry.session import facts; facts.main(*sys.argv[1:])", question, answer};
  command.environment = EnvironmentWith({"FERRY_HOME=" + store::ConfiguredHome()});
  command.log = dir.Log();
  auto pid = Spawn(command);
  if (!pid) return pid.error();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {}
  auto facts = store::ReadObject(answer);
  if (!facts) {
    return Error{Code::kPython, python + " cannot say what is installed: " + Tail(dir.Log(), kLogTail), "run `jupyter ferry doctor` on that host"};
  }
  return *facts;
}

Result<json> ImageFits(const json& said) {
  format::Bundle bundle;
  bundle.kernel = StringAt(said, "kernel");
  bundle.architecture = StringAt(said, "architecture");
  bundle.criu = StringAt(said, "criu");
  bundle.cpu = said.value("cpu", std::vector<std::string>());
  bundle.uid = said.value("uid", 0u);
  bundle.uid_map = StringAt(said, "uid_map");
  for (const json& file : said.value("mapped", json::array())) {
    bundle.mapped.push_back({file[0].get<std::string>(), file[1].get<std::uint64_t>(), file[2].get<std::string>(), ""});
  }
  const image::Probe here = image::Look(store::Setting("criu"));
  if (here.criu.empty() || !here.restore) return here.WhyNot();
  json carry = json::array();
  for (std::size_t i : image::Lacking(bundle)) {
    bundle.mapped[i].carried = "carried";
    carry.push_back(bundle.mapped[i].path);
  }
  if (auto fits = image::Fits(bundle, here.version); !fits) return fits.error();
  for (const std::string& path : said.value("locks", std::vector<std::string>())) {
    if (!image::IsLocked(path)) continue;
    return Error{Code::kRefused, "the session holds an exclusive lock on " + path + ", which is the same file here, or is locked here",
                 "release it before (close the file), and take it again there"};
  }
  return json{{"carry", carry}};
}

}  // namespace ferry::relay
