// The word that an engine waits for while it stands still for a system image, or when it has come back in one (docs/images.md):
// JSON text and descriptors, to the first that connects to a unix socket. The socket exists only while there is a word.
#pragma once

#include <string>
#include <vector>

#include "kernel/relay/runtime_dir.h"
#include "kernel/relay/session_choice.h"
#include "kernel/relay/wire.h"
#include "util/result.h"

namespace ferry::relay {

class Wake {
 public:
  // A new place for a socket: below the temporary directory, since an image remembers it and is brought back elsewhere.
  static Result<std::string> Place();

  // Listens at `path`; the folder is made if it is missing. kRefused if somebody else listens there.
  static Result<Wake> Listen(const std::string& path);
  Wake(Wake&& other) noexcept;
  Wake& operator=(Wake&& other) noexcept;
  ~Wake();

  int fd() const { return fd_; }  // readable when somebody has connected
  // Sends the word to whoever has connected. False if nobody has yet, or he left at once.
  bool Say(const std::string& text, const std::vector<int>& fds);
  // The same, with what engine `number` in `dir` needs to go on.
  bool Say(json word, const RuntimeDir& dir, int number, const Choice& choice);

 private:
  Wake(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
};

}  // namespace ferry::relay
