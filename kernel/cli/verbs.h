// The verbs that need nothing but the store. Each prints its result and returns the exit code.
#pragma once

#include <string>
#include <vector>

#include "kernel/cli/settings.h"
#include "serializer/store/json.h"

namespace ferry::cli {

int List(const Settings& settings, bool json);
int Show(const Settings& settings, const std::string& session, bool json);
int Report(const Settings& settings, const std::string& session, bool json);
int Move(const Settings& settings, const std::string& from, const std::string& to, bool json);
int Remove(const Settings& settings, const std::vector<std::string>& sessions, bool json);
int Collect(const Settings& settings, bool json);
int Export(const Settings& settings, const std::string& session, const std::string& file, bool all, bool json);  // archive.cc
int Import(const Settings& settings, const std::string& file, bool trust, bool json);
int Key(const Settings& settings, const std::string& verb, const std::string& file, bool json);  // verb: export, import
int Suspend(const Settings& settings, const std::string& session, bool all, bool json);  // engine.cc
int Kill(const Settings& settings, const std::string& session, bool json);
int Doctor(const Settings& settings, bool json);                     // doctor.cc
int Install(const std::string& verb, std::vector<std::string> arguments);  // install.cc: hands over to Python
// migrate.cc. `words`: {plan, policy, yes, force}.
int Migrate(const Settings& settings, const std::string& session, const std::string& host, const store::Json& words, bool json);
int Attach(const Settings& settings, const std::string& session, bool json);
int Detach(const Settings& settings, const std::string& session, bool json);
int DoctorOf(const std::string& host, bool json);
int Harbour();                                                       // migrate.cc: becomes the far end of a move

}  // namespace ferry::cli
