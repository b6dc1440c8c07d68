// Taking an image of a quiesced engine and of all its child processes.
#pragma once

#include <sys/types.h>

#include <string>

#include "serializer/image/bundle.h"
#include "serializer/image/probe.h"

namespace ferry::image {

struct DumpRequest {
  pid_t pid = -1;       // the engine, or the keeper of one that was brought back (restore.h)
  std::string folder;   // of the image; made by the last step
  bool end = false;     // the processes end once the image is on disk; else they go on
  std::string session, wake;
  std::uint32_t generation = 0;
  Digest manifest;
  double seconds = 0;   // after which CRIU is killed; 0: by the size of the memory
};

// The processes stand still while their memory is copied. With `end` they stay stopped until the image is on disk, hashed
// and synced, and are killed then. On any error they run on, `folder` is as it was, and nothing else is left behind.
// kRefused: CRIU cannot carry something, in CRIU's words; kFull; kIo.
Result<format::Bundle> Dump(const DumpRequest& request, const Probe& probe);

}  // namespace ferry::image
