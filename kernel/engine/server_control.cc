// The control thread of Server. It never runs Python itself.
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <iostream>
#include <memory>

#include "kernel/engine/server.h"
#include "kernel/engine/word.h"

namespace ferry::engine {
namespace {

// The descriptor of the relay that listens there (kernel/relay/wake.h); -1 if it does not.
int RelayAt(const std::string& door) {
  const Word word = AskFor(door);
  const nl::json said = nl::json::parse(word.text, nullptr, /*allow_exceptions=*/false);
  const nl::json names = said.is_object() ? said.value("fds", nl::json::array()) : nl::json::array();
  int relay = -1;
  for (std::size_t i = 0; i < word.fds.size(); ++i) {
    if (i < names.size() && names[i] == "relay") relay = word.fds[i];
    else ::close(word.fds[i]);
  }
  return relay;
}

}  // namespace

void Server::RunControl() {
  zmq_pollitem_t items[] = {{wire_.control.handle(), 0, ZMQ_POLLIN, 0},
                            {nullptr, answers_ready_.fd(), ZMQ_POLLIN, 0},
                            {nullptr, quit_.fd(), ZMQ_POLLIN, 0},
                            {nullptr, debugger_.fd(), ZMQ_POLLIN, 0}};
  while (!(items[2].revents & ZMQ_POLLIN)) {
    if (zmq_poll(items, 4, -1) < 0) continue;
    if (items[3].revents & ZMQ_POLLIN) debugger_.Overdue();
    SendAnswers();
    Started wanted;
    {
      std::lock_guard<std::mutex> lock(answers_mutex_);
      wanted.swap(insist_);
    }
    if (wanted) Insist(wanted);
    zmq::multipart_t wire;
    if (!(items[0].revents & ZMQ_POLLIN) || !wire.recv(wire_.control, ZMQ_DONTWAIT)) continue;
    control_busy_ = true;
    stop_idle_ = true;  // idle work ends before anything else happens
    try {
      ServeControl(wire_.Parse(wire));
    } catch (std::exception& error) {
      std::cerr << "unreadable message on control: " << error.what() << std::endl;
    }
    control_busy_ = false;
    wake_.Set();
  }
  SendAnswers();
}

void Server::ServeControl(xeus::xmessage message) {
  const std::string type = message.header().value("msg_type", "");
  const std::string reply = ReplyType(type);
  const xeus::xmessage::guid_list identities = message.identities();
  const nl::json header = message.header(), content = message.content();
  const auto answer = [this, identities, header, reply](nl::json result) {
    PostAnswer(wire_.Answer(identities, header, reply, std::move(result)));
  };
  if (type == "shutdown_request" || type == "ferry_shutdown_request")
    return Shutdown(content, answer);
  if (type == "ferry_attach_request") {
    answer(Attach(content));
    PublishStatus("idle", header);  // by which the relay knows that it is heard on iopub
    return;
  }
  if (type.starts_with("ferry_") && !reply.empty())
    return Post([this, type, content, answer] {
      nl::json result = CallMain("control", type, content);
      answer(result);
      if (result.value("parked", false)) Park(content, result);
    });

  if (type == "interrupt_request") {  // xeus would answer without a status
    PublishStatus("busy", header);
    Interrupt();
    debugger_.Interrupt();
    wire_.Send(wire_.control, wire_.Answer(identities, header, reply, {{"status", "ok"}}));
    return PublishStatus("idle", header);
  }
  if (type == "debug_request") {
    PublishStatus("busy", header);
    return debugger_.Ask(header, content, [this, header, answer](nl::json result) {
      answer(std::move(result));
      PublishStatus("idle", header);
    });
  }
  std::string fault = "no answer to " + type;
  control_answered_ = false;
  try {
    notify_control_listener(std::move(message));
  } catch (std::exception& error) {
    fault = error.what();
  }
  if (!control_answered_ && !reply.empty())
    answer({{"status", "error"}, {"ename", "KernelError"}, {"evalue", fault}, {"traceback", nl::json::array()}});
}

// The Python handler on the main thread decides what the signal means there (loop.py). Until a cell is answered, child
// processes get it as they do from a terminal; otherwise, also while a request of another kind is served, they are spared:
// front ends interrupt before they shut down, an image carries children, and a pool whose workers end within a lock never
// works again.
void Server::Interrupt() {
  nudge_.Sending();
  if (runs_ && ::getpgrp() == ::getpid()) ::killpg(::getpid(), SIGINT);
  else ::kill(::getpid(), SIGINT);
}

// A suspended engine may be parked for an image (server_park.cc): it is killed there, or goes on here when that failed, or
// as the copy that came back from the image.
Server::Started Server::PostShutdown(const nl::json& request, std::function<void(nl::json)> reply) {
  leaving_ = true;
  auto started = std::make_shared<std::atomic<bool>>(false);
  {
    std::lock_guard<std::mutex> lock(answers_mutex_);
    ends_ = started;
  }
  Post([this, request, reply, started] {
    *started = true;
    nl::json result = CallMain("control", "ferry_shutdown_request", request);
    result["restart"] = request.value("restart", false);
    reply(result);
    const bool parked = result.value("parked", false);
    if (!parked || !Park(request, result).value("restored", false)) return stop_impl();
    leaving_ = false;
    std::lock_guard<std::mutex> lock(answers_mutex_);
    ends_.reset();
  });
  return started;
}

// Until the running cell is over. Control thread: the main one is in that cell.
void Server::Insist(const Started& started) {
  // After Post: the loop must find the job when the running cell is over. Child processes are left alone at first: a pool
  // whose workers die of SIGINT makes new ones and may wait at exit for a lock that a dead one held.
  ::kill(::getpid(), SIGINT);
  // A cell can be in code that swallows one interrupt (a callback of its output), or wait for a child with signals off
  // (os.system): ask again, for two seconds at most.
  for (int tens = 1; tens <= 200 && !*started; ++tens) {
    ::poll(nullptr, 0, 10);
    if (tens % 50 == 0 && !*started) Interrupt();
  }
}

// Another relay serves this engine from now on, which may be in the middle of a cell. May be asked again by the same one.
nl::json Server::Attach(const nl::json& request) {
  if (leaving_) return {{"status", "error"}, {"code", "aborted"}, {"what", "the engine is ending"}, {"remedy", ""}};
  if (const std::string door = request.value("door", ""); door.empty()) {
    std::lock_guard<std::mutex> lock(watch_mutex_);
    next_watch_ = RelayWatch::Of(request.value("pid", 0), watch_.lease);
  } else if (door != door_) {
    const int relay = RelayAt(door);
    if (relay < 0) return {{"status", "error"}, {"code", "aborted"}, {"what", "the relay is not there any more"}, {"remedy", ""}};
    door_ = door;
    std::lock_guard<std::mutex> lock(watch_mutex_);
    next_watch_ = RelayWatch::By(relay, watch_.lease);
  }
  relay_changed_.Set();
  ::prctl(PR_SET_PTRACER, request.value("pid", 0), 0, 0, 0);  // so that it may share the locks, where only parents may (Yama)
  nl::json running;
  {
    std::lock_guard<std::mutex> lock(running_mutex_);
    running = running_;
  }
  return {{"v", 1}, {"status", "ok"}, {"running", running}};
}

// One end is enough: a second would wait behind it, and so be in its image, and end what comes back in that.
void Server::Terminate() {
  Started started;
  {
    std::lock_guard<std::mutex> lock(answers_mutex_);
    started = ends_;
  }
  if (!started) started = PostShutdown({{"restart", false}}, [](nl::json) {});
  if (!dispatching_) return;
  {
    std::lock_guard<std::mutex> lock(answers_mutex_);
    insist_ = std::move(started);
  }
  answers_ready_.Set();
}

void Server::send_control_impl(xeus::xmessage message) {
  control_answered_ = true;
  wire_.Send(wire_.control, std::move(message));
}

void Server::PostAnswer(xeus::xmessage message) {
  {
    std::lock_guard<std::mutex> lock(answers_mutex_);
    answers_.push_back(std::move(message));
  }
  answers_ready_.Set();
}

void Server::SendAnswers() {
  answers_ready_.Clear();
  std::lock_guard<std::mutex> lock(answers_mutex_);
  for (; !answers_.empty(); answers_.pop_front()) wire_.Send(wire_.control, std::move(answers_.front()));
}

}  // namespace ferry::engine
