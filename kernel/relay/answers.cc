#include "kernel/relay/answers.h"

#include <signal.h>
#include <sys/wait.h>

namespace ferry::relay {
namespace {

json Exception(const std::string& name, const std::string& value, const std::string& more) {
  json traceback = {name + ": " + value};
  if (!more.empty()) traceback.push_back(more);
  return {{"status", "error"}, {"ename", name}, {"evalue", value}, {"traceback", traceback}};
}

// For who runs such a cell again.
std::string Remedy(const Ending& ending) {
  if (ending.Crashed()) return "what it calls in C crashes. Leave that call out, give it other arguments, or take another version of its library.";
  if (ending.Starved() || ending.MayHaveStarved()) return "it needs more memory than there is. Let it do less at a time, or give the kernel more.";
  if (ending.lost.empty() && WIFSIGNALED(ending.status)) return "where nobody ends it from outside, it needs more memory than there is. Let it do less at a time.";
  return "something in it ends the process. Leave that out, or run it in a process of its own.";
}

}  // namespace

std::string NameOf(const Sent& cell) {
  std::string name = cell.execution_count > 0 ? "cell [" + std::to_string(cell.execution_count) + "]" : "the cell";
  return cell.cell.empty() ? name : name + " (" + cell.cell + ")";
}

json FallbackKernelInfo() {
  return {{"status", "ok"},
          {"protocol_version", "5.4"},
          {"implementation", "kernelferry"},
          {"implementation_version", FERRY_VERSION},
          {"banner", "Kernelferry " FERRY_VERSION},
          {"help_links", json::array()},
          {"debugger", false},
          {"language_info",
           {{"name", "python"},
            {"version", FERRY_PYTHON_MINOR},
            {"mimetype", "text/x-python"},
            {"file_extension", ".py"},
            {"pygments_lexer", "ipython3"},
            {"codemirror_mode", {{"name", "ipython"}, {"version", 3}}},
            {"nbconvert_exporter", "python"}}}};
}

json EngineDied(const Sent& cell, const Ending& ending, int times, const std::string& where, const std::string& next) {
  const std::string again = times < 2 ? "" : " This cell has ended " + std::to_string(times) + " engines now: " + Remedy(ending);
  json content = Exception("EngineDied", "The engine " + ending.Words() + " while it ran " + NameOf(cell) + ". " + next + again,
                           where.empty() ? "" : "It crashed in (innermost first):\n" + where);
  content["execution_count"] = cell.execution_count;
  return content;
}

json NoDebugger(const json& request) {
  const json none = json::array();
  return {{"type", "response"}, {"seq", 0}, {"request_seq", request.value("seq", json(0))}, {"success", true}, {"command", "debugInfo"},
          {"body", {{"isStarted", false}, {"hashMethod", "Murmur2"}, {"hashSeed", 0}, {"tmpFilePrefix", ""}, {"tmpFileSuffix", ".py"}, {"breakpoints", none},
                    {"stoppedThreads", none}, {"richRendering", true}, {"exceptionPaths", none}, {"copyToGlobals", false}}}};
}

json NoEngine(const Sent& request, const std::string& why, const std::string& log) {
  if (request.type.starts_with("ferry_")) return ControlError("aborted", why, "try again when the kernel is idle");
  json content = Exception("NoEngine", why, log.empty() ? "" : "The end of its log:\n" + log);
  content["execution_count"] = 0;
  return content;
}

json Unreadable(const Message& request) {
  const std::string what = "the headers, metadata or content of this " + request.type() + " are no JSON objects, or nested deeper than 512";
  if (request.type().starts_with("ferry_")) return ControlError("invalid", what, "send JSON objects in UTF-8");
  json content = Exception("BadMessage", what, "");
  content["execution_count"] = 0;
  return content;
}

json ForAnother(const Message& request) {
  return Exception("KernelReplaced", "This " + request.type() + " was sent to the process that served this kernel before; it is not done to its successor.", "");
}

json ControlError(const char* code, const std::string& what, const std::string& remedy) {
  return {{"v", 1}, {"status", "error"}, {"code", code}, {"what", what}, {"remedy", remedy}};
}

}  // namespace ferry::relay
