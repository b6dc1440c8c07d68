// What a forked child must not keep of the engine (os.fork, multiprocessing): sockets to the relay, its life, its files. A
// copy of a connection keeps it open when the engine closes its own, and no system image can carry it. Descriptors that a
// child has of these become /dev/null and keep their numbers. Programs that are started get none of them anyway.
#pragma once

#include <string>
#include <vector>

namespace ferry::engine {

// Files and unix sockets whose paths begin with one of these; the newest list holds.
void KeepFromChildren(std::vector<std::string> prefixes);
void KeepFromChildren(int fd);  // a descriptor without a path: the newest one holds, -1: none

}  // namespace ferry::engine
