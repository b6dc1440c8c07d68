// How the command says things: tables and sentences for a terminal, one object for programs.
#pragma once

#include <string>
#include <vector>

#include "serializer/store/json.h"
#include "util/result.h"

namespace ferry::cli {

using store::Json;

// Exit codes of docs/interfaces.md, "Command line".
enum Exit { kOk = 0, kFailed = 1, kUsage = 2, kRefusedExit = 3, kPartial = 4 };
Exit ExitOf(const Error& error);

std::string Cell(std::string text);        // without control characters, which a notebook's name could smuggle into a terminal

// Columns as wide as their longest cell; the first row is the heading. Cells of `right` columns stand right.
void PrintTable(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& right = {});

// The common keys of every object that --json prints, then those of `more`.
Json Answer(const std::string& schema, const std::string& sid, Json more);
void PrintJson(const Json& object);
// On standard error, or as an object with "ok": false; returns the exit code.
int Fail(bool json, const std::string& schema, const Error& error);

}  // namespace ferry::cli
