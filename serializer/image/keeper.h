// The processes around an engine that was brought back.
//
//   keeper                    child of the relay; passes SIGTERM on and ends as the engine did
//   `- first                  number 1 of a new pid namespace: reaps, and takes all with it when it dies
//      `- engine              under its old number
//
// Both are the program ferry-image, so that the engine can be found below a keeper. They hold what the relay gave them
// (the session's lock, the runtime folder's) for as long as the engine lives.
#pragma once

#include <sys/types.h>

#include <string>

#include "serializer/image/bundle.h"
#include "serializer/image/probe.h"

namespace ferry::image {

// The engine below a keeper; `pid` itself where it is none; -1 if there is no such process.
pid_t EngineOf(pid_t pid);

struct RestoreRequest {
  std::string folder;
  std::string log;     // of CRIU
  double seconds = 0;  // after which CRIU is killed; 0: by the size of the image
};

// Checks the image, brings it back below this process, and stays until the engine has ended: then ends this process as the
// engine did. Returns only if the image did not come back: kCorrupt, kRefused, kIo. This process must have one thread.
Error Keep(const RestoreRequest& request, const Probe& probe);

}  // namespace ferry::image
