// The command `jupyter ferry` (Jupyter runs jupyter-ferry): what is stored, and whether all is well. No Python, so that it
// answers at once and on a machine where the environment of a session is broken.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "kernel/cli/output.h"
#include "kernel/cli/settings.h"
#include "kernel/cli/verbs.h"

using namespace ferry::cli;

int main(int argc, char** argv) {
  CLI::App app("Sessions of the Ferry kernel: what is saved, and whether all is well.", "jupyter ferry");
  app.require_subcommand(1);
  app.get_formatter()->column_width(26);  // so that each line fits into 80
  bool json = false;
  std::string session, from, to;
  std::vector<std::string> sessions, rest;
  auto verb = [&](const char* name, const char* what) {
    auto* command = app.add_subcommand(name, what);
    command->add_flag("--json", json, "one JSON object on standard output");
    return command;
  };
  constexpr const char* kSession = "its id, the beginning of one, notebook, or name";
  auto* list = verb("list", "the sessions of the store");
  auto* show = verb("show", "one session and its generations");
  show->add_option("SESSION", session, kSession)->required();
  auto* report = verb("report", "how its variables came back at the newest resume");
  report->add_option("SESSION", session, kSession)->required();
  auto* move = verb("mv", "a notebook, or a folder of them, has a new path");
  move->add_option("OLD", from, "the path before")->required();
  move->add_option("NEW", to, "the path now")->required();
  auto* remove = verb("rm", "removes sessions with all that is saved of them");
  remove->add_option("SESSION", sessions, kSession)->required();
  auto* collect = verb("gc", "frees what no saved generation needs");
  auto* write = verb("export", "writes a session into one file");
  write->add_option("SESSION", session, kSession)->required();
  write->add_option("FILE", to, "where to")->required();
  bool all = false, trust = false;
  write->add_flag("--all", all, "every generation, not only the newest");
  auto* read = verb("import", "shows an exported session, and takes it into the store");
  read->add_option("FILE", from, "what export wrote")->required();
  read->add_flag("--trust", trust, "also if your key did not seal it; a session is code");
  auto* key = verb("key", "the key that seals your exported sessions");
  std::string what, key_file = "-";
  key->add_option("WHAT", what, "print it, or take over another machine's")->required()->check(CLI::IsMember({"export", "import"}));
  key->add_option("FILE", key_file, "import: the key's file; without, standard input");
  auto* suspend = verb("suspend", "saves a running session and frees its memory");
  auto* suspended = suspend->add_option_group("which")->require_option(1);
  suspended->add_option("SESSION", session, kSession);
  suspended->add_flag("--all", all, "every session that runs here");
  auto* kill = verb("kill", "ends a session's engine at once, without saving");
  kill->add_option("SESSION", session, kSession)->required();
  auto* attach = verb("attach", "a console on a session, which runs or is stored");
  attach->add_option("SESSION", session, kSession)->required();
  auto* detach = verb("detach", "lets a session go on when its front end leaves");
  detach->add_option("SESSION", session, kSession)->required();
  auto* doctor = verb("doctor", "checks this machine, or a host to move sessions to");
  doctor->add_option("HOST", to, "user@host[:port], as for ssh");
  auto* migrate = verb("migrate", "moves a running session to another host");
  bool plan = false, yes = false, force = false;
  std::string policy = "cheapest";
  migrate->add_option("SESSION", session, kSession)->required();
  migrate->add_option("HOST", to, "user@host[:port], as for ssh; home: this machine")->required();
  migrate->add_flag("--plan", plan, "show how, and move nothing");
  migrate->add_option("--policy", policy, "store-first or cheapest")->check(CLI::IsMember({"store-first", "cheapest"}));
  migrate->add_flag("--yes", yes, "without what cannot travel");
  migrate->add_flag("--force", force, "in spite of differences");
  auto* install = app.add_subcommand("install", "makes Jupyter know the kernel; --help of its own")->prefix_command();
  auto* uninstall = app.add_subcommand("uninstall", "makes Jupyter forget the kernel")->prefix_command();
  auto* harbour = app.add_subcommand("harbour", "what a relay on another host talks to; not for people")->group("");
  install->set_help_flag();
  uninstall->set_help_flag();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    const auto unknown = app.remaining();
    const auto chosen = app.get_subcommands();
    const std::string what = !chosen.empty() ? e.what() : unknown.empty() ? "a verb is missing" : "there is no verb " + unknown[0];
    const std::string of = chosen.empty() ? " --help lists verbs" : " " + chosen[0]->get_name() + " --help shows what it takes";
    std::fprintf(stderr, "jupyter-ferry: %s\n  jupyter ferry%s\n", Cell(what).c_str(), of.c_str());
    return kUsage;
  }
  if (*install) return Install("install", install->remaining());
  if (*uninstall) return Install("uninstall", uninstall->remaining());
  if (*harbour) return Harbour();
  auto settings = LoadSettings();
  if (!settings) return Fail(json, "ferry.session/1", settings.error());
  if (*list) return List(*settings, json);
  if (*show) return Show(*settings, session, json);
  if (*report) return Report(*settings, session, json);
  if (*move) return Move(*settings, from, to, json);
  if (*remove) return Remove(*settings, sessions, json);
  if (*write) return Export(*settings, session, to, all, json);
  if (*read) return Import(*settings, from, trust, json);
  if (*key) return Key(*settings, what, key_file, json);
  if (*suspend) return Suspend(*settings, session, all, json);
  if (*kill) return Kill(*settings, session, json);
  if (*attach) return Attach(*settings, session, json);
  if (*detach) return Detach(*settings, session, json);
  if (*collect) return Collect(*settings, json);
  if (*migrate) return Migrate(*settings, session, to, {{"plan", plan}, {"policy", policy}, {"yes", yes}, {"force", force}}, json);
  if (*doctor && !to.empty()) return DoctorOf(to, json);
  return Doctor(*settings, json);  // the only one left
}
