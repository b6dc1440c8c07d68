// Taking an image of a quiesced engine and of all its child processes.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "serializer/image/bundle.h"
#include "serializer/image/probe.h"

namespace ferry::image {

struct DumpRequest {
  pid_t pid = -1;       // the engine, or the keeper of one that was brought back (restore.h)
  std::string folder;   // of the image; made by the last step
  // Where set, the processes stay stopped until the image is on disk, and it is asked then: true ends them, false lets them
  // go on. Else they go on when their memory is copied.
  std::function<bool(const format::Bundle&)> ends;
  std::vector<std::string> carry;  // mapped files of which a copy goes into the image
  std::string session, wake;
  std::uint32_t generation = 0;
  Digest manifest;
  double seconds = 0;   // after which CRIU is killed; 0: by the size of the memory
};

// The processes stand still while their memory is copied. On any error they run on, `folder` is as it was, and nothing else is left behind.
// kRefused: CRIU cannot carry something, in CRIU's words; kFull; kIo.
Result<format::Bundle> Dump(const DumpRequest& request, const Probe& probe);

// What an image of the process and its children would say of this machine and of the files that they have mapped, by the paths
// that they see.
format::Bundle Describe(pid_t pid, const std::string& criu);

}  // namespace ferry::image
