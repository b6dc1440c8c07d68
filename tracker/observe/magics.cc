#include "tracker/observe/magics.h"

#include <unordered_map>

namespace ferry::observe {

MagicReach Reach(std::string_view magic) {
  static const auto& known = *new std::unordered_map<std::string_view, MagicReach>{
      {"alias", MagicReach::kText},       {"alias_magic", MagicReach::kText}, {"autoawait", MagicReach::kText},
      {"autocall", MagicReach::kText},    {"automagic", MagicReach::kText},   {"autoreload", MagicReach::kText},
      {"bash", MagicReach::kText},        {"capture", MagicReach::kCode},     {"cat", MagicReach::kText},
      {"cd", MagicReach::kText},          {"checkpoint", MagicReach::kFerry}, {"code_wrap", MagicReach::kText},
      {"colors", MagicReach::kText},      {"conda", MagicReach::kText},       {"config", MagicReach::kText},
      {"cp", MagicReach::kText},          {"dhist", MagicReach::kText},       {"dirs", MagicReach::kText},
      {"env", MagicReach::kText},         {"file", MagicReach::kText},        {"hist", MagicReach::kText},
      {"history", MagicReach::kText},     {"html", MagicReach::kText},        {"javascript", MagicReach::kText},
      {"js", MagicReach::kText},          {"latex", MagicReach::kText},       {"ldir", MagicReach::kText},
      {"load_ext", MagicReach::kText},    {"ls", MagicReach::kText},          {"lsmagic", MagicReach::kText},
      {"magic", MagicReach::kText},       {"mamba", MagicReach::kText},       {"man", MagicReach::kText},
      {"markdown", MagicReach::kText},    {"matplotlib", MagicReach::kText},  {"micromamba", MagicReach::kText},
      {"migrate", MagicReach::kFerry},    {"mkdir", MagicReach::kText},       {"more", MagicReach::kText},
      {"mv", MagicReach::kText},          {"pdef", MagicReach::kText},        {"pdoc", MagicReach::kText},
      {"perl", MagicReach::kText},        {"pfile", MagicReach::kText},       {"pinfo", MagicReach::kText},
      {"pinfo2", MagicReach::kText},      {"pip", MagicReach::kText},         {"popd", MagicReach::kText},
      {"pprint", MagicReach::kText},      {"precision", MagicReach::kText},   {"prun", MagicReach::kCode},
      {"psearch", MagicReach::kText},     {"psource", MagicReach::kText},     {"pushd", MagicReach::kText},
      {"pwd", MagicReach::kText},         {"quickref", MagicReach::kText},    {"rehashx", MagicReach::kText},
      {"reload_ext", MagicReach::kText},  {"resume", MagicReach::kFerry},     {"rm", MagicReach::kText},
      {"rmdir", MagicReach::kText},       {"ruby", MagicReach::kText},        {"sc", MagicReach::kText},
      {"script", MagicReach::kText},      {"session", MagicReach::kFerry},    {"set_env", MagicReach::kText},
      {"sh", MagicReach::kText},          {"subshell", MagicReach::kText},    {"suspend", MagicReach::kFerry},
      {"svg", MagicReach::kText},         {"sx", MagicReach::kText},          {"system", MagicReach::kText},
      {"time", MagicReach::kCode},        {"timeit", MagicReach::kCode},      {"unalias", MagicReach::kText},
      {"unload_ext", MagicReach::kText},  {"uv", MagicReach::kText},          {"writefile", MagicReach::kText},
      {"xmode", MagicReach::kText},
  };
  const auto it = known.find(magic);
  return it == known.end() ? MagicReach::kDoor : it->second;
}

}  // namespace ferry::observe
