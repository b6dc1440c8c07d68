// Blobs beside the link, over several sealed connections (docs/link.md, Bulk): a thread for each. What the threads have to
// tell waits here until the loop of the process takes it; `fd` is readable then.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kernel/relay/sealed.h"
#include "util/event_fd.h"
#include "util/result.h"

namespace ferry::relay {

constexpr int kBulkSockets = 3;

// The end that has the files. From `Connecting` it becomes `Open` or, at any time, `Broken`: then what was not told to have
// arrived must travel another way.
class BulkSender {
 public:
  enum class State { kConnecting, kOpen, kBroken };

  BulkSender(std::string address, int port, std::string key);
  ~BulkSender();  // cuts what is under way

  void Put(const std::string& name, const std::string& file);  // behind those that wait; named as in `put`
  State state() const { return state_; }
  std::uint64_t sent() const { return sent_; }
  int fd() const { return bell_.fd(); }  // the state has changed
  void Hush() { bell_.Clear(); }

 private:
  void Serve(int number, const std::string& address, int port, const std::string& key);
  Result<void> SendFiles(Sealed& to);
  void Become(State state);

  EventFd bell_;
  std::atomic<State> state_ = State::kConnecting;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<int> trying_ = kBulkSockets;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<std::string, std::string>> files_;  // (name, file)
  std::vector<int> sockets_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

// The end that takes them. A file that came whole lies in a temporary file until the owner has judged it.
class BulkReceiver {
 public:
  struct Arrival {
    std::string path, temporary;  // as in `put`; where its bytes are
    std::optional<Error> error;   // they could not be written
  };

  // `stem`: of the temporary files. kIo where no port can be had.
  static Result<std::unique_ptr<BulkReceiver>> Listen(const std::string& address, std::string key, std::string stem);
  ~BulkReceiver();

  int port() const { return port_; }
  int fd() const { return bell_.fd(); }
  std::vector<Arrival> Take();

 private:
  BulkReceiver(int listener, int port, std::string key, std::string stem);
  void Accept();
  void Serve(int socket);
  void TakeFiles(Sealed& from);
  void Tell(Arrival arrival);

  EventFd bell_;
  int listener_, port_;
  std::string key_, stem_;
  std::mutex mutex_;
  std::vector<Arrival> arrivals_;
  std::vector<int> sockets_, numbers_;  // open; taken
  int files_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ferry::relay
