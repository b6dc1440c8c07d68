// The folder of one relay's engine sockets, connection files and log: 0700, below $XDG_RUNTIME_DIR/ferry, else below
// ferry-UID in the temporary directory. Its name is random and never used twice, since a second engine on the same socket
// files would take them over silently. Relay and engine hold a lock on its file `alive`; a folder whose lock is free
// belongs to nobody any more and is swept away by the next relay.
#pragma once

#include <string>

#include "util/result.h"

namespace ferry::relay {

class RuntimeDir {
 public:
  // Makes the folder and removes those that nobody holds. kRefused if the place belongs to another user.
  static Result<RuntimeDir> Make();
  // The folder of an engine that has outlived its relay, which this process holds as well from now on.
  static Result<RuntimeDir> Share(pid_t engine, const std::string& path);
  RuntimeDir(RuntimeDir&& other) noexcept;
  RuntimeDir& operator=(RuntimeDir&&) = delete;
  ~RuntimeDir();  // closes the lock; the folder stays unless Remove() was called

  const std::string& path() const { return path_; }
  int alive_fd() const { return alive_fd_; }  // engines inherit it
  std::string Stem(int engine) const { return path_ + "/" + std::to_string(engine); }
  std::string ConnectionFile(int engine) const { return Stem(engine) + ".json"; }
  std::string Image(int engine) const { return Stem(engine) + ".image"; }    // what the last image of that engine came to
  std::string Marker(int engine) const { return MarkerOf(ConnectionFile(engine)); }
  static std::string MarkerOf(const std::string& connection_file);           // it stands still for a system image
  std::string Info(int engine) const { return Stem(engine) + ".info"; }      // its kernel_info, for a relay that adopts it
  std::string Alive() const { return path_ + "/alive"; }
  std::string Log() const { return path_ + "/engine.log"; }
  bool Bound(int engine) const;          // all four sockets of that engine exist that we connect to
  void RemoveEngine(int engine) const;   // its files
  void Remove();                         // the folder with all that lies in it

 private:
  RuntimeDir(std::string path, int fd) : path_(std::move(path)), alive_fd_(fd) {}
  std::string path_;
  int alive_fd_;
};

// Removes the folder at the end of a scope.
class RemoveAtEnd {
 public:
  explicit RemoveAtEnd(RuntimeDir& dir) : dir_(dir) {}
  RemoveAtEnd(const RemoveAtEnd&) = delete;
  ~RemoveAtEnd() { dir_.Remove(); }

 private:
  RuntimeDir& dir_;
};

// An existing or new directory of our own that nobody else can enter.
Result<void> OwnDirectory(const std::string& path);

// The last `bytes` bytes of a file, from a line's beginning; "" if it cannot be read.
std::string Tail(const std::string& file, std::size_t bytes);

}  // namespace ferry::relay
