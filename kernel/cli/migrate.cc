// The verbs that ask a relay, here or on another host: they hand over to the relay's program, which knows how to reach them.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "kernel/cli/lookup.h"
#include "kernel/cli/output.h"
#include "kernel/cli/program.h"
#include "kernel/cli/verbs.h"
#include "serializer/store/store.h"
#include "util/file.h"
#include "util/words.h"

namespace ferry::cli {
namespace {

// Where the program ferry-relay lies that belongs to the Python beside this one.
Result<std::string> RelayProgram(const std::string& python) {
  auto ran = Run({python, "-P", "-c", "import os, kernelferry; print(os.path.join(os.path.dirname(kernelferry.__file__), 'bin', 'ferry-relay'))"});
  if (!ran) return ran.error();
  std::string path = ran->output.substr(0, ran->output.find('\n'));
  if (ran->exit_code != 0 || ::access(path.c_str(), X_OK) != 0) {
    return Error{Code::kNotFound, python + " has no kernelferry", "install it there: " + python + " -m pip install kernelferry"};
  }
  return path;
}

// What ferry-relay answers as JSON; an error where it says so.
Result<Json> Ask(std::vector<std::string> arguments) {
  auto relay = RelayProgram(SiblingPython());
  if (!relay) return relay.error();
  arguments.insert(arguments.begin(), *relay);
  arguments.insert(arguments.end(), {"--python", FindProgram(SiblingPython())});
  auto ran = Run(arguments);
  if (!ran) return ran.error();
  std::string text = ran->output;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  Json answer = Json::parse(text.substr(text.rfind('\n') + 1), nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return Error{Code::kIo, *relay + " said: " + text, ""};
  if (store::Text(answer, "status") == "error") {
    return Error{store::Text(answer, "code") == Name(Code::kNotFound) ? Code::kNotFound : Code::kRefused, store::Text(answer, "what"), store::Text(answer, "remedy")};
  }
  return answer;
}

}  // namespace

int Migrate(const Settings& settings, const std::string& session, const std::string& host, const Json& words, bool json) {
  constexpr const char* schema = "ferry.plan/1";
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, schema, found.error());
  const std::string& sid = found->sid;
  auto moved = Ask({"--move", sid, "--host", host, "--words", words.dump()});
  if (!moved) return Fail(json, schema, moved.error());
  const Json display = moved->value("display", Json::object());
  if (json) PrintJson(display.value("application/json", Answer(schema, sid, {{"target", host}})));
  else std::printf("%s\n", store::Text(display, "text/plain").c_str());
  return kOk;
}

// The console is Jupyter's own. On a session that a kernel serves it is one more front end of that kernel; else it starts one,
// which takes over the engine that goes on, or brings the session back.
int Attach(const Settings& settings, const std::string& session, bool json) {
  constexpr const char* schema = "ferry.session/1";
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, schema, found.error());
  const std::string& sid = found->sid;
  auto front = Ask({"--front", sid});
  if (!front && front.error().code != Code::kNotFound) return Fail(json, schema, front.error());
  const std::string console = FindProgram("jupyter-console").empty() ? SiblingPython().substr(0, SiblingPython().rfind('/') + 1) + "jupyter-console" : "jupyter-console";
  std::vector<std::string> command = {console};
  if (front) command.insert(command.end(), {"--existing", store::Text(*front, "file")});
  else command.insert(command.end(), {"--kernel", "ferry"});
  if (json) {
    PrintJson(Answer(schema, sid, {{"served", front.ok()}, {"connection_file", front ? Json(store::Text(*front, "file")) : Json()}, {"command", command},
                                    {"environment", front ? Json::object() : Json{{"FERRY_SESSION", sid}}}}));
    return kOk;
  }
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  if (!front) {
    ::setenv("FERRY_SESSION", sid.c_str(), 1);
    ::unsetenv("JPY_SESSION_NAME");
  }
  ::execvp(words[0], words.data());
  return Fail(json, schema, Error{Code::kNotFound, "jupyter console is not installed", front ? "connect another front end to " + store::Text(*front, "file")
                                                                                           : "install jupyter-console, or open the notebook"});
}

int Detach(const Settings& settings, const std::string& session, bool json) {
  constexpr const char* schema = "ferry.session/1";
  auto found = FindSession(settings, session);
  if (!found) return Fail(json, schema, found.error());
  const std::string& sid = found->sid;
  auto front = Ask({"--front", sid, "--words", R"({"detach": true})"});
  if (!front) return Fail(json, schema, front.error());
  const std::string message = "session " + sid + " goes on when its front end leaves; open its notebook again to come back, or jupyter ferry attach " + sid;
  if (json) PrintJson(Answer(schema, sid, {{"detached", true}, {"messages", {message}}}));
  else std::printf("%s\n", message.c_str());
  return kOk;
}

int DoctorOf(const std::string& host, bool json) {
  constexpr const char* schema = "ferry.doctor/1";
  auto found = Ask({"--examine", host});
  if (!found) return Fail(json, schema, found.error());
  const std::string python = store::Text(*found, "python"), version = store::Text(*found, "version"), here = store::Text(*found, "version_here");
  const bool fits = python.starts_with(FERRY_PYTHON ".");
  Json checks = Json::array(), messages = Json::array();
  auto check = [&](const char* name, bool good, const std::string& what, const std::string& remedy) {
    checks.push_back({{"check", name}, {"ok", good}, {"note", false}, {"what", what}, {"remedy", remedy}});
    if (!good) messages.push_back(what);
    if (json) return;
    std::printf("%-4s  %-8s  %s\n", good ? "ok" : "BAD", name, Cell(what).c_str());
    if (!good) std::printf("                -> %s\n", Cell(remedy).c_str());
  };
  char wire[80];
  std::snprintf(wire, sizeof wire, "%s a second, %.1f ms there and back", SizeInWords(found->value("bandwidth", 0.0)).c_str(), 1e3 * found->value("latency", 0.0));
  check("ssh", true, host + " is " + store::Text(*found, "host") + ", " + store::Text(*found, "system"), "");
  check("ferry", version == here, "Kernelferry " + version + " there, " + here + " here", "install version " + here + " there");
  check("python", fits, "CPython " + python, "install CPython " FERRY_PYTHON " there, and Kernelferry in it");
  check("store", found->value("disk", 0.0) > 1e9, store::Text(*found, "home") + ", " + SizeInWords(found->value("disk", 0.0)) + " free", "free some space there");
  check("memory", true, SizeInWords(found->value("memory", 0.0)) + ", " + std::to_string(found->value("cores", 0)) + " cores", "");
  check("wire", true, wire, "");
  if (json) PrintJson(Answer(schema, "", {{"ok", messages.empty()}, {"checks", checks}, {"messages", messages}, {"host", *found}}));
  return messages.empty() ? kOk : kFailed;
}

int Harbour() {
  std::string python = SiblingPython();
  auto relay = RelayProgram(python);
  if (!relay) return Fail(false, "", relay.error());
  std::string path = FindProgram(python);
  ::execl(relay->c_str(), relay->c_str(), "--harbour", "--python", path.c_str(), static_cast<char*>(nullptr));
  return Fail(false, "", SystemError(errno, "run", *relay));
}

}  // namespace ferry::cli
