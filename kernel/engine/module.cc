// kernelferry._engine: the server, as the Python half of this layer starts and uses it.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <iostream>
#include <optional>
#include <sstream>

#include "kernel/engine/cell_file.h"
#include "kernel/engine/forked.h"
#include "kernel/engine/interpreter.h"
#include "kernel/engine/rare_collections.h"
#include "kernel/engine/server.h"
#include "util/check.h"
#include "xeus/xeus_context.hpp"
#include "xeus/xkernel.hpp"

namespace ferry::engine {
namespace {

Server& Running() {
  Server* server = Server::Current();
  if (server == nullptr) throw std::runtime_error("the kernel's server does not run");
  return *server;
}

// xeus announces itself where the kernel was started, and when it starts to serve, to the front end.
class Quiet {
 public:
  Quiet() : cout_(std::cout.rdbuf(sink_.rdbuf())), clog_(std::clog.rdbuf(sink_.rdbuf())) {}
  ~Quiet() {
    std::cout.rdbuf(cout_);
    std::clog.rdbuf(clog_);
  }

 private:
  std::ostringstream sink_;
  std::streambuf *cout_, *clog_;
};

// One kernel a process: xeus takes a plain function pointer, so what it needs lies here.
class Kernel {
 public:
  // Binds the sockets; from now on text can be published.
  Kernel(const std::string& connection_file, py::object kernel) {
    Quiet quiet;
    const auto make_server = [](xeus::xcontext&, const xeus::xconfiguration& config,
                                nl::json::error_handler_t handler) -> std::unique_ptr<xeus::xserver> {
      return std::make_unique<Server>(config, handler);
    };
    kernel_ = std::make_unique<xeus::xkernel>(
        xeus::load_configuration(connection_file), xeus::get_user_name(),
        std::make_unique<xeus::xcontext_impl<zmq::context_t>>(), std::make_unique<Interpreter>(kernel), make_server,
        MakeHistory(kernel), nullptr, xeus::make_null_debugger, nl::json::object(), nl::json::error_handler_t::replace);  // the server has its own
  }

  // Serves until a shutdown; the sockets close when this object goes.
  void Run(py::object main, int relay_pid, double lease) {
    std::optional<Quiet> quiet(std::in_place);
    Running().Serve(std::move(main), RelayWatch::Of(relay_pid, lease), [&quiet] { quiet.reset(); });
    kernel_->start();
  }

 private:
  std::unique_ptr<xeus::xkernel> kernel_;
};

void Publish(const std::string& type, const std::string& content, const std::string& metadata, const std::string& parent,
             const std::vector<py::buffer>& buffers) {
  Server* server = Server::Current();
  if (server == nullptr || InForkedChild()) return;
  Draft draft{.type = type, .content = content, .metadata = metadata, .parent = parent};
  std::vector<py::buffer_info> views;
  for (const py::buffer& buffer : buffers) {
    views.push_back(buffer.request());
    draft.buffers.emplace_back(static_cast<const char*>(views.back().ptr),
                               static_cast<std::size_t>(views.back().size * views.back().itemsize));
  }
  server->outputs().Drain();  // what a child process wrote before comes before
  server->outputs().Flush();
  server->wire().Publish(draft);
}

// A SIGINT handler that raises KeyboardInterrupt where `decide(frame)` says so, and leaves no frame of its own in the traceback.
py::cpp_function InterruptHandler(py::function decide) {
  return py::cpp_function([decide](int, py::object frame) {
    if (Server* server = Server::Current()) {
      server->nudge().Heard();
      server->questions().InterruptThreads();
    }
    if (!decide(frame).cast<bool>()) return;
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw py::error_already_set();
  });
}

}  // namespace
}  // namespace ferry::engine

PYBIND11_MODULE(_engine, m) {
  using namespace ferry::engine;
  using namespace pybind11::literals;
  m.doc() = "Server and main loop of Kernelferry's engine (xeus).";
  py::class_<Kernel>(m, "Kernel")
      .def(py::init<const std::string&, py::object>(), "connection_file"_a, "kernel"_a)
      .def("run", &Kernel::Run, "main"_a, "relay_pid"_a, "lease"_a);
  m.def("publish", &Publish, "type"_a, "content"_a, "metadata"_a, "parent"_a, "buffers"_a = std::vector<py::buffer>());
  m.def("write", [](bool error, std::string_view parent, std::string_view text) {
    Running().outputs().Write(error ? Stream::kErr : Stream::kOut, parent, text);
  }, "error"_a, "parent"_a, "text"_a);
  m.def("flush", [] { if (Server* server = Server::Current()) server->outputs().Flush(); });
  m.def("capture", [] { return Running().outputs().Capture(); }, "Descriptors 1 and 2 go to the front end from now on.");
  m.def("read_stdin", [](const std::string& prompt, bool password) { return Running().ReadStdin(prompt, password); },
        "prompt"_a, "password"_a);
  m.def("keep_from_children", [](std::vector<std::string> prefixes) { KeepFromChildren(std::move(prefixes)); }, "prefixes"_a,
        "Forked children get /dev/null for descriptors of files and unix sockets whose paths begin so.");
  m.def("run_jobs", [](double seconds) { return Running().RunJobsWithin(seconds); }, "seconds"_a,
        "Runs what was asked for on control, within a cell; False if nothing came.");
  m.def("memory", [](std::uint64_t limit) { return Running().Memory(limit); }, "limit"_a, "{limit, left, low, container, used, news}");
  m.def("set_safe", [](const std::string& text) { Running().SetSafe(text); }, "text"_a, "What is saved, for a warning within a cell.");
  m.def("take_unseen", [] { return Running().TakeUnseen(); },
        "([(type, content, header of the request)], bytes forgotten) that was published while nobody listened, or None.");
  m.def("terminate", [] { Running().Terminate(); }, "As a ferry_shutdown_request without restart.");
  m.def("stop_flag", [] { return reinterpret_cast<std::uintptr_t>(Running().stop_flag()); });
  m.def("slice_fd", [] { return Running().slice().fd(); });
  m.def("slice_limit", [](double seconds) { Running().slice().Arm(seconds); }, "seconds"_a, "0: no limit");
  m.def("slice_clear", [] { Running().slice().Clear(); });
  m.def("interrupt_handler", &InterruptHandler, "decide"_a);
  py::class_<RareCollections>(m, "RareCollections", "with RareCollections(n): the cyclic collector looks at new objects n at a time.")
      .def(py::init<int>(), "new_objects"_a)
      .def("__enter__", &RareCollections::Enter)
      .def("__exit__", [](RareCollections& rare, const py::args&) { rare.Exit(); });
  m.def("cell_file", &CellFile, "code"_a);
}
