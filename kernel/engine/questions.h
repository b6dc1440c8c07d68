// What the session asks the front end on the stdin channel: input() and getpass(), of a cell and of threads.
//
// Several may wait at once. The socket belongs to no thread: it is under a mutex, and whoever waits reads what has come, for
// all. An answer belongs to the question whose header is its parent (JupyterLab); one that names none to the oldest, since
// front ends that ask their user one thing after another answer in order (jupyter_client, the console).
//
// Asked is the front end of the cell that runs, also by a thread that an earlier cell started: no front end shows a question of
// a cell that is over. A question that was asked stays open when its cell ends. Who holds the mutex never waits for the GIL.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "kernel/engine/wire.h"
#include "util/event_fd.h"

namespace ferry::engine {

class Question;

class Questions {
 public:
  struct Cell {
    xeus::xmessage::guid_list identities;
    nl::json header;
  };

  explicit Questions(Wire& wire) : wire_(wire) {}
  ~Questions();  // after End(): waits until nobody waits

  // The cell that runs and takes questions; nullopt: none.
  void Ask(std::optional<Cell> cell);
  // An interrupt. It is Python's signal handler that tells the main thread.
  void InterruptThreads();
  // No relay is there, which is who would pass answers on; or one is, from now on.
  void Deafen();
  void Hear();
  void End();  // for good
  // While the sockets are closed for an image nothing is read. restored: in the copy, which nobody will answer.
  void Pause();
  void GoOn(bool restored);

 private:
  friend class Question;
  void Receive();  // this and what follows: under the mutex
  void CloseAll(int state, bool of_threads);

  Wire& wire_;
  std::mutex mutex_;
  std::condition_variable fewer_;
  std::optional<Cell> cell_;
  std::list<Question*> open_;  // oldest first
  bool deaf_ = false, paused_ = false, over_ = false;
};

// One question, from its asking to its end. Belongs to the thread that makes it.
class Question {
 public:
  enum State { kOpen, kAnswered, kInterrupted, kGone, kNoCell };  // kGone: no front end is there any more

  Question(Questions& questions, const std::string& prompt, bool password, bool of_thread);
  ~Question();
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  State state();
  // Returns when the state may be another one, or when `also` can be read (a descriptor; -1: none). Without the GIL.
  void Wait(int also);
  // The text, once it is answered.
  const std::string& answer() const { return answer_; }

 private:
  friend class Questions;
  Questions& questions_;
  const bool of_thread_;
  std::string id_, answer_;
  State state_ = kOpen;  // this and answer_: under the mutex of questions_
  EventFd changed_;
};

}  // namespace ferry::engine
