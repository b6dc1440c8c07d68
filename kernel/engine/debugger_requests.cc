// The requests of Debugger, one by one.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "kernel/engine/debug_messages.h"
#include "kernel/engine/debugger.h"
#include "util/file.h"

namespace ferry::engine {
namespace {

bool IsForPython(const std::string& command) { return command == "inspectVariables" || command == "modules"; }

// All that is written there is read as code.
bool IsOwn(const std::string& folder) {
  struct stat found;
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
}

// Of where a cell's code lies, before anything is attached, too: JupyterLab asks when it sees an engine that is new.
nl::json DumpCell(const nl::json& request, const std::string& path, const std::string& code) {
  const std::string folder = std::filesystem::path(path).parent_path();
  if (const Result<void> made = MakeDirectory(folder); !made) return Refusal(request, made.error().what);
  if (!IsOwn(folder)) return Refusal(request, folder + " belongs to somebody else");
  if (!(std::ofstream(path) << code).flush()) return Refusal(request, path + " cannot be written");
  nl::json reply = Response(request, true);
  reply["body"]["sourcePath"] = path;
  return reply;
}

}  // namespace

// Whatever a front end sends is answered.
void Debugger::Handle(const Request& request) {
  try {
    parent_ = request.header;
    HandleHere(request);
  } catch (std::exception& error) {
    Settle(request.number, Refusal(request.content, error.what()));
  }
}

// What debugpy need not know.
void Debugger::HandleHere(const Request& request) {
  const nl::json& content = request.content;
  const std::string command = Command(content);
  const nl::json arguments = Object(content, "arguments");
  if (command == "dumpCell") {
    const std::string code = Text(arguments, "code");
    return Settle(request.number, DumpCell(content, engine_.CellFile(code), code));
  }
  if (command == "debugInfo") return Settle(request.number, Info(content));
  if (command == "initialize") return Initialize(request);
  if (command == "disconnect" || command == "terminate") return Disconnect(request);
  // A page whose engine is another one now goes on asking.
  if (!client_ || (!attached_ && command != "attach")) return Settle(request.number, Refusal(content, "the debugger is not attached"));
  if (command.empty()) return Settle(request.number, Refusal(content, "this is no request"));
  if (command == "attach") return Attach(request);
  if (command == "configurationDone") return Settle(request.number, Response(content, true));  // it was, within `attach`
  if (IsForPython(command) || (command == "variables" && stopped_.empty()))
    return Settle(request.number, Reply(content, AtOnce(request)));
  if (command == "source") {
    const nl::json answer = AtOnce(request);
    return answer.value("success", false) ? Settle(request.number, Reply(content, answer)) : Forward(request);
  }
  HandleThere(request);
}

void Debugger::HandleThere(const Request& request) {
  const std::string command = Command(request.content);
  const int number = request.number;
  if (command == "richInspectVariables") return InspectRichly(request);
  if (command == "copyToGlobals") return Copy(request);
  if (command == "setBreakpoints") return SetBreakpoints(request);
  if (Resumes(command)) return Resume(request);
  if (command == "variables")
    return Forward(request, request.content, [this, number](nl::json reply) {
      if (Object(reply, "body").contains("variables")) reply["body"]["variables"] = Shown(reply["body"]["variables"]);
      Settle(number, std::move(reply));
    });
  if (command == "stackTrace")
    return Forward(request, request.content, [this, number](nl::json reply) {
      if (Object(reply, "body").contains("stackFrames"))
        reply["body"]["stackFrames"] = DownToCell(reply["body"]["stackFrames"], Text(engine_.CellFiles(), "tmpFilePrefix"));
      Settle(number, std::move(reply));
    });
  Forward(request);
}

nl::json Debugger::Info(const nl::json& request) const {
  nl::json reply = Response(request, true), breakpoints = nl::json::array();
  for (const auto& [path, set] : breakpoints_) breakpoints.push_back({{"source", path}, {"breakpoints", set}});
  reply["body"] = engine_.CellFiles();
  reply["body"].update({{"isStarted", attached_}, {"breakpoints", breakpoints}, {"stoppedThreads", stopped_}, {"richRendering", true},
                        {"exceptionPaths", {"Python Exceptions"}}, {"copyToGlobals", true}});
  return reply;
}

// Another page may begin anew where the debugger is on.
void Debugger::Initialize(const Request& request) {
  if (client_) {
    nl::json reply = Response(request.content, true);
    reply["body"] = capabilities_;
    return Settle(request.number, std::move(reply));
  }
  if (port_ != 0) return Connect(request);
  Hold(/*for_main=*/true);
  engine_.OnMain("listen", request.content, [this, request](nl::json answer) {
    Later([this, request, answer = std::move(answer)] {
      port_ = Object(answer, "body").value("port", 0);
      if (port_ != 0) return Connect(request);
      Release();
      Settle(request.number, Reply(request.content, answer));
    });
  });
}

// The adapter tells its eldest client of each new one, and listens no more for ever where that one is just going. So the
// eldest is one that stays.
void Debugger::Connect(const Request& request) {
  Hold(/*for_main=*/false);
  if (eldest_) (void)eldest_->Receive();  // what it was told
  for (std::unique_ptr<DapClient>* one : {&eldest_, &client_}) {
    if (*one) continue;
    Result<std::unique_ptr<DapClient>> client = DapClient::Connect(port_);
    if (!client) {
      Release();
      return Settle(request.number, Refusal(request.content, client.error().what + "; " + client.error().remedy));
    }
    *one = std::move(*client);
  }
  Forward(request, request.content, [this, number = request.number](nl::json reply) {
    if (!reply.value("success", false)) client_.reset();
    capabilities_ = Object(reply, "body");
    Release();
    Settle(number, std::move(reply));
  });
}

// debugpy answers when the configuration is done, which it asks for by an event.
void Debugger::Attach(const Request& request) {
  if (attached_) return Settle(request.number, Response(request.content, true));
  nl::json message = request.content;
  message["arguments"] = Object(message, "arguments");
  message["arguments"]["connect"] = {{"host", "127.0.0.1"}, {"port", port_}};
  nl::json rules = nl::json::array();
  for (const char* module : {"kernelferry", "IPython"}) rules.push_back({{"module", module}, {"include", false}});
  message["arguments"]["rules"] = rules;
  Hold(/*for_main=*/false);
  Forward(request, message, [this, number = request.number](nl::json reply) {
    attached_ = reply.value("success", false);
    Release();
    Settle(number, std::move(reply));
  });
}

// debugpy would end the process where a front end asks it for that.
void Debugger::Disconnect(const Request& request) {
  if (!client_) return Settle(request.number, Response(request.content, true));
  Hold(/*for_main=*/false);
  const nl::json arguments = {{"restart", false}, {"terminateDebuggee", false}};
  Forward(request, {{"command", "disconnect"}, {"arguments", arguments}}, [this, number = request.number](nl::json reply) {
    attached_ = false;  // so that nobody is told what was asked for
    Close("the debugger was switched off");
    Settle(number, std::move(reply));
  });
}

void Debugger::Resume(const Request& request) {
  if (stopped_.empty()) return Settle(request.number, Refusal(request.content, "no thread is stopped"));
  const std::set<int> before = std::exchange(stopped_, {});
  Forward(request, request.content, [this, number = request.number, before](nl::json reply) {
    if (!reply.value("success", false)) stopped_.insert(before.begin(), before.end());
    Settle(number, std::move(reply));
  });
}

// Remembered is where debugpy has put them.
void Debugger::SetBreakpoints(const Request& request) {
  Forward(request, request.content, [this, request](nl::json reply) {
    const nl::json arguments = Object(request.content, "arguments");
    const std::string path = Text(Object(arguments, "source"), "path");
    nl::json set = arguments.value("breakpoints", nl::json::array());
    const nl::json put = Object(reply, "body").value("breakpoints", nl::json::array());
    for (std::size_t i = 0; i < std::min(set.size(), put.size()); ++i)
      if (put[i].contains("line")) set[i]["line"] = put[i]["line"];
    if (reply.value("success", false)) {
      if (set.empty()) breakpoints_.erase(path);
      else breakpoints_[path] = set;
    }
    Settle(request.number, std::move(reply));
  });
}

// In the frame that is stopped, or between cells.
void Debugger::InspectRichly(const Request& request) {
  const nl::json arguments = Object(request.content, "arguments");
  const std::string name = Text(arguments, "variableName");
  if (!IsName(name)) {
    nl::json reply = Response(request.content, true);
    reply["body"] = {{"data", nl::json::object()}, {"metadata", nl::json::object()}};
    return Settle(request.number, std::move(reply));
  }
  if (stopped_.empty())
    return engine_.OnMain("richInspectVariables", request.content, [this, request](nl::json answer) {
      Settle(request.number, Reply(request.content, answer));
    });
  const std::string shown = "__import__('sys').modules['kernelferry.engine.debugger'].Rich(" + name + ")";
  nl::json message = {{"command", "evaluate"}, {"arguments", {{"expression", shown}, {"context", "clipboard"}}}};
  if (arguments.contains("frameId")) message["arguments"]["frameId"] = arguments["frameId"];
  Forward(request, message, [this, request](const nl::json& reply) {
    const nl::json body = nl::json::parse(Text(Object(reply, "body"), "result"), nullptr, /*allow_exceptions=*/false);
    if (!reply.value("success", false) || !body.is_object())
      return Settle(request.number, Refusal(request.content, Text(reply, "message")));
    nl::json answer = Response(request.content, true);
    answer["body"] = body;
    Settle(request.number, std::move(answer));
  });
}

// To the user's names, whichever module the frame is of.
void Debugger::Copy(const Request& request) {
  const nl::json arguments = Object(request.content, "arguments");
  const std::string from = Text(arguments, "srcVariableName"), to = Text(arguments, "dstVariableName");
  if (!IsName(from) || !IsName(to)) return Settle(request.number, Refusal(request.content, "both must be names of variables"));
  const nl::json message = {{"command", "setExpression"}, {"arguments", {{"expression", "__import__('__main__').__dict__['" + to + "']"}, {"value", from},
                                                                          {"frameId", arguments.value("srcFrameId", nl::json())}}}};
  Forward(request, message, nullptr);
}

}  // namespace ferry::engine
