#include "kernel/engine/debug_messages.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace ferry::engine {
namespace {

using Names = std::set<std::string, std::less<>>;

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool IsHidden(std::string_view name) {
  static const Names kHidden = {"__name__", "__doc__", "__package__", "__loader__", "__spec__", "__annotations__", "__builtins__", "__builtin__",
                                "__display__", "get_ipython", "debugpy", "exit", "quit", "In", "Out", "_oh", "_ih", "_dh", "_", "__", "___"};
  if (kHidden.contains(name)) return true;
  if (!name.starts_with('_')) return false;  // _1, _i1, _i, _ii, _iii
  name.remove_prefix(1);
  if (AllDigits(name)) return true;
  if (!name.starts_with('i')) return false;
  return AllDigits(name.substr(1)) || name.find_first_not_of('i') == std::string_view::npos;
}

}  // namespace

std::string Text(const nl::json& message, const char* key) {
  const auto found = message.is_object() ? message.find(key) : message.end();
  return found != message.end() && found->is_string() ? found->get<std::string>() : "";
}

nl::json Object(const nl::json& message, const char* key) {
  const auto found = message.is_object() ? message.find(key) : message.end();
  return found != message.end() && found->is_object() ? *found : nl::json::object();
}

nl::json Response(const nl::json& request, bool success) {
  const auto seq = request.find("seq");
  return {{"type", "response"}, {"seq", 0}, {"request_seq", seq != request.end() ? *seq : nl::json(0)}, {"success", success},
          {"command", Command(request)}, {"body", nl::json::object()}};
}

nl::json Refusal(const nl::json& request, const std::string& why) {
  nl::json reply = Response(request, false);
  const std::string command = reply["command"];
  if (command == "inspectVariables" || command == "variables") reply["body"]["variables"] = nl::json::array();  // JupyterLab looks for them all the same
  reply["message"] = why;
  return reply;
}

nl::json Reply(const nl::json& request, const nl::json& answer) {
  if (!answer.value("success", false)) return Refusal(request, Text(answer, "message"));
  nl::json reply = Response(request, true);
  reply["body"] = Object(answer, "body");
  if (reply["body"].contains("variables")) reply["body"]["variables"] = Shown(reply["body"]["variables"]);
  return reply;
}

bool RunsUserCode(const std::string& command) {
  static const Names kUsers = {"evaluate", "setVariable", "setExpression", "copyToGlobals", "richInspectVariables"};
  return kUsers.contains(command);
}

bool Resumes(const std::string& command) {
  static const Names kResume = {"continue", "next", "stepIn", "stepOut"};
  return kResume.contains(command);
}

bool IsName(const std::string& text) {
  const auto letter = [](unsigned char c) { return c >= 0x80 || c == '_' || std::isalnum(c); };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) && std::all_of(text.begin(), text.end(), letter);
}

nl::json Shown(const nl::json& variables) {
  nl::json shown = nl::json::array();
  for (const nl::json& variable : variables)
    if (!IsHidden(Text(variable, "name"))) shown.push_back(variable);
  return shown;
}

nl::json DownToCell(const nl::json& frames, const std::string& folder) {
  std::size_t size = frames.size();
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (Text(Object(frames[i], "source"), "path").starts_with(folder)) size = i + 1;
  return nl::json(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace ferry::engine
