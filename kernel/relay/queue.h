// The shell requests on their way to the engine: in the order in which they came, at most one execute_request with the
// engine at a time.
//
// The engine's own queue stays empty, so an engine can be exchanged between two cells, and the abort after an error is
// decided here: when an error reply passes, every execute_request that waits at that moment is aborted, later ones run.
// Other requests keep their place behind the cells before them. What needs a reply is told by its name (`*_request`):
// comm messages get none.
#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "kernel/relay/wire.h"

namespace ferry::relay {

// What is kept of a request once its frames have gone to the engine.
struct Sent {
  Frames identities;
  std::string id, type, header;
  std::string cell;         // how a report names it: first line of the code
  std::size_t code = 0;     // a hash of all of it
  bool stop_on_error = true;
  bool silent = false;
  int execution_count = 0;  // 0 until the engine has said it
};

Sent Keep(const Message& request);
// A cell as its engine tells of it: {header, code, execution_count}.
Sent Running(const json& cell);

// Requests for which a reply is due, in the order in which they went to the engine.
class Owed {
 public:
  void Note(const Message& request) { requests_.push_back(request.Copy()); }
  void Answered(const std::string& id);
  std::vector<Message> TakeAll() { return std::exchange(requests_, {}); }

 private:
  std::vector<Message> requests_;
};

class Queue {
 public:
  void Push(Message request) { waiting_.push_back(std::move(request)); }

  // Takes the next message that the engine may have now; nullopt if there is none. An execute_request becomes running().
  std::optional<Message> Next();

  // A cell that an engine runs already, for a front end that nobody knows any more.
  void Resume(Sent cell) { running_ = std::move(cell), begun_ = true; }

  Sent* running() { return running_ ? &*running_ : nullptr; }
  bool empty() const { return waiting_.empty(); }
  std::size_t waiting() const { return waiting_.size(); }

  // The running cell has been answered.
  Sent Finish();

  // The engine has begun with the running cell. Until then TakeBack() makes it the next one again, for another engine: one
  // that suspends itself has not looked at what came meanwhile.
  void Begun() { begun_ = true; }
  void TakeBack();

  // All that the engine has not answered is sent again, in its order: the engine ended before it got as far as any of it.
  void TakeAllBack();

  // What the engine owes an answer; the running cell is one of them.
  Owed& owed() { return owed_; }

  // The execute_requests that wait, in order; other messages keep waiting.
  std::vector<Message> TakeExecutes();
  // All that wait.
  std::deque<Message> TakeAll();

 private:
  std::deque<Message> waiting_;
  std::optional<Sent> running_;
  bool begun_ = false;  // the running cell has
  Owed owed_;
};

}  // namespace ferry::relay
