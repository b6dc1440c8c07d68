// A link to a harbour (harbour.h): a child process whose stdin and stdout carry parcels, `ssh HOST jupyter-ferry harbour`
// or, for this machine, the harbour itself. Nothing here blocks: what cannot be written yet waits in memory, and who sends
// much asks `waiting` first. The process ends with the link; what it said on stderr is kept for messages.
#pragma once

#include <sys/types.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "kernel/relay/parcel.h"
#include "kernel/relay/process.h"

namespace ferry::relay {

// What an answer says that is not `ok`; `where`: who gave it.
Error ErrorOf(const json& answer, const std::string& where);

class Link {
 public:
  using Answer = std::function<void(Parcel)>;

  // `command.in` and `.out` are set here; its log takes what the process says on stderr.
  static Result<std::unique_ptr<Link>> Open(Command command);
  ~Link();

  // Asks; `answer` gets each parcel with the request's id (several where the head says "more").
  void Ask(json head, Answer answer, std::string_view body = {});
  void Tell(json head, std::string_view body = {}) { Write(Packed(head, body)); }
  void on_event(Answer handler) { on_event_ = std::move(handler); }  // parcels that answer nothing

  // For poll(): what to wait for.
  int in() const { return in_; }
  int out() const { return out_; }
  bool wants_to_write() const { return !queued_.empty() && open(); }
  std::size_t waiting() const { return queued_bytes_; }  // bytes not yet taken by the other end

  void OnReadable();  // reads what is there and hands out parcels
  void OnWritable();
  bool open() const { return in_ >= 0; }
  bool greeted() const { return greeted_; }
  const std::string& log() const { return log_; }  // the file that takes its stderr
  std::string said() const;  // the end of what the process said on stderr

 private:
  Link() : reader_(kGreeting) {}
  void Write(std::string bytes);
  void Close();

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;  // our ends: what we read from, what we write to
  std::string log_;
  ParcelReader reader_;
  std::map<int, Answer> answers_;
  Answer on_event_;
  int asked_ = 0;
  bool greeted_ = false;
  std::deque<std::string> queued_;
  std::size_t written_ = 0, queued_bytes_ = 0;  // of the first; of all that is left
};

}  // namespace ferry::relay
