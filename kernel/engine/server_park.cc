// An engine that stands still for a system image: no socket, no thread of the server, the main thread waiting for a word
// (word.h). What follows happens in the process that was imaged, or in a copy of it that came back from the image.
#include <pybind11/stl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include "kernel/engine/server.h"
#include "xeus/xkernel_configuration.hpp"

namespace ferry::engine {
namespace {

constexpr std::chrono::seconds kArrive{2};  // messages that the relay has sent arrive within
constexpr int kHeard = 5000;                // milliseconds until the relay listens again
constexpr int kAlone = 0;                   // exit status: nobody came

}  // namespace

// request: wake, copy, marker, alive (paths), last (the id of the relay's newest message on shell). `told` goes into the marker, which says that this process
// stands still. The answer is the relay's word.
nl::json Server::Park(const nl::json& request, const nl::json& told) {
  outputs_.Drain();
  outputs_.Flush();
  StopThreads();
  // What the relay sent before it asked comes first in this process and in the copy.
  const auto until = std::chrono::steady_clock::now() + kArrive;
  for (const std::string last = request.value("last", "");;) {
    const auto all = [&] { return received_.find(last) != std::string::npos; };
    for (zmq::multipart_t wire; ShellReady() && Receive(wire); wire.clear()) {
      if (last.empty() || !all()) waiting_.push_back(std::move(wire));
    }
    if (all() || std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  main_.attr("detach")();
  const double lease = watch_.lease;
  watch_ = {};
  wire_.Follow(nullptr);
  questions_.Pause();
  wire_.Close();

  Word word;
  {
    py::gil_scoped_release released;
    const std::string marker = request.value("marker", "");
    std::ofstream(marker + ".tmp") << told.dump();
    (void)::rename((marker + ".tmp").c_str(), marker.c_str());
    word = WaitForWord(request.value("wake", ""), request.value("copy", ""), request.value("alive", ""));
  }
  if (word.text.empty()) ::_exit(kAlone);  // the session is saved, and its lock was given back
  nl::json answer = nl::json::parse(word.text);
  try {
    const nl::json ready = nl::json::parse(main_.attr("unparked")(word.text, word.fds).cast<std::string>());
    wire_.Open(xeus::load_configuration(answer.value("connection_file", "")), answer.value("restored", false));
    watch_ = RelayWatch::By(ready.value("relay", -1), lease);
    wire_.Follow(watch_.relay);
    main_.attr("attach_shell")(wire_.shell.get(zmq::sockopt::fd));
    if (!wire_.Heard(kHeard, !answer.value("restored", false))) std::cerr << "the relay does not listen" << std::endl;
    questions_.GoOn(answer.value("restored", false));
  } catch (std::exception& error) {
    CannotGoOn(std::string("after a system image: ") + error.what());
  }
  StartThreads();
  return answer;
}

}  // namespace ferry::engine
