// Store, SessionWriter, SessionReader and Blob for Python (docs/architecture.md, "serializer/store"). Whatever reaches
// the disk for long runs without the GIL.
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <pybind11_json/pybind11_json.hpp>

#include "kernel/session/bind.h"
#include "kernel/session/raise.h"
#include "serializer/store/store.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

using namespace store;

// A writer that Python can close before the garbage collector gets to it.
class Writer {
 public:
  explicit Writer(SessionWriter writer) : writer_(std::move(writer)) { writer_->lock().CloseInForkedChildren(); }
  SessionWriter& Get() {
    if (!writer_) throw py::value_error("the session writer is closed");
    return *writer_;
  }
  void Close() { writer_.reset(); }

 private:
  std::optional<SessionWriter> writer_;
};

// The bytes of Python buffers, held for as long as this lives.
class Pieces {
 public:
  explicit Pieces(const py::iterable& chunks) {
    for (py::handle chunk : chunks) {
      held_.push_back(std::make_unique<Held>(chunk));
      const Py_buffer& view = held_.back()->view;
      views_.emplace_back(static_cast<const char*>(view.buf), static_cast<std::size_t>(view.len));
      bytes_ += views_.back().size();
    }
  }
  const std::vector<std::string_view>& views() const { return views_; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Held {
    explicit Held(py::handle object) {
      if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_SIMPLE) < 0) throw py::error_already_set();
    }
    Held(const Held&) = delete;
    ~Held() { PyBuffer_Release(&view); }
    Py_buffer view;
  };
  std::vector<std::unique_ptr<Held>> held_;
  std::vector<std::string_view> views_;
  std::size_t bytes_ = 0;
};

py::tuple PutBlob(Writer& writer, const py::iterable& chunks) {
  constexpr std::size_t kWithoutGil = 256 * 1024;  // less is written sooner than the GIL is back
  Pieces pieces(chunks);
  SessionWriter& session = writer.Get();
  auto ref = [&] {
    std::optional<py::gil_scoped_release> release;
    if (pieces.bytes() > kWithoutGil) release.emplace();
    return session.PutBlob(pieces.views(), MainStop());
  }();
  BlobRef blob = Unwrap(std::move(ref));
  return py::make_tuple(blob.digest.Hex(), blob.bytes);
}

void BindWriter(py::module_& m) {
  py::class_<Writer>(m, "SessionWriter", "The one writer of a session; holds its lock until close().")
      .def("append", [](Writer& w, const format::Record& record) { Unwrap(w.Get().Append(record)); }, py::arg("record"),
           "Writes a CellRecord or ChangeRecord to the log, without a sync.")
      .def("sync", [](Writer& w, bool now) {
        auto& writer = w.Get();
        py::gil_scoped_release release;
        Unwrap(writer.Sync(now));
      }, py::arg("now") = false, "The log is on disk; without now only if the last sync was 5 s ago.")
      .def("put_blob", &PutBlob, py::arg("chunks"),
           "(digest, bytes) of the concatenated bytes-like objects, stored as a blob. Raises Stopped when asked to stop.")
      .def("has", [](Writer& w, const std::string& digest) { return w.Get().Has(DigestFrom(digest)); }, py::arg("digest"),
           "Whether a blob is there; the disk may have refused it since put_blob().")
      .def("commit", [](Writer& w, const format::Manifest& manifest) {
        auto& writer = w.Get();
        py::gil_scoped_release release;
        return Unwrap(writer.Commit(manifest, MainStop()));
      }, py::arg("manifest"), "Makes it the newest generation; its number. Raises Stopped when asked to stop.")
      .def("collect", [](Writer& w) {
        auto& writer = w.Get();
        py::gil_scoped_release release;
        return Unwrap(writer.Collect(MainStop()));
      }, "Removes blobs that nothing names; bytes freed. Raises Stopped when asked to stop.")
      .def("forget", [](Writer& w, std::uint32_t generation) { Unwrap(w.Get().Forget(generation)); }, py::arg("generation"))
      .def("set", [](Writer& w, const py::kwargs& fields) { Unwrap(w.Get().Set(pyjson::to_json(fields))); },
           "Sets fields of session.json; None removes one.")
      .def("info", [](Writer& w) { return py::object(pyjson::from_json(Unwrap(w.Get().Info()))); }, "session.json")
      .def("set_report", [](Writer& w, const py::dict& report) { Unwrap(w.Get().SetReport(pyjson::to_json(report))); },
           py::arg("report"), "Keeps the newest resume report for `jupyter ferry report`.")
      .def_property_readonly("lock_fd", [](Writer& w) { return w.Get().lock().fd(); })
      .def_property_readonly("used", [](Writer& w) { return w.Get().Used(); }, "bytes of this session's blobs")
      .def_property_readonly("folder", [](Writer& w) { return w.Get().files().Root(); })
      .def("close", &Writer::Close, "Releases the lock; safe to repeat.")
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](Writer& w, const py::args&) { w.Close(); });
}

void BindReader(py::module_& m) {
  py::class_<Blob>(m, "Blob", py::buffer_protocol(), "The verified bytes of a blob; use memoryview(blob).")
      .def_buffer([](Blob& blob) {
        auto bytes = blob.bytes();
        return py::buffer_info(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<py::ssize_t>(bytes.size()),
                               /*readonly=*/true);
      })
      .def("__len__", [](const Blob& blob) { return blob.bytes().size(); });

  m.def("sign_locks_as", &FileLock::SignAs, py::arg("pid"), "The number of this process for other processes, where that is not its own for itself.");
  py::class_<SessionReader>(m, "SessionReader", "Reads a session without its lock; each call looks at the disk.")
      .def("info", [](const SessionReader& r) { return py::object(pyjson::from_json(Unwrap(r.Info()))); }, "session.json")
      .def("records", [](const SessionReader& r) { return Unwrap(r.Log()).records; },
           "CellRecord and ChangeRecord in the order they were written.")
      .def("generations", [](const SessionReader& r) { return Unwrap(r.Generations()); },
           "The readable manifests, newest first.")
      .def("generation", [](const SessionReader& r, std::uint32_t n) { return Unwrap(r.Generation(n)); }, py::arg("number"))
      .def("digest", [](const SessionReader& r, std::uint32_t n) { return Unwrap(r.GenerationDigest(n)).Hex(); }, py::arg("number"),
           "of a generation's manifest, for what belongs to it")
      .def("blob", [](const SessionReader& r, const std::string& digest) {
        const Digest wanted = DigestFrom(digest);
        py::gil_scoped_release release;
        return Unwrap(r.OpenBlob(wanted));
      }, py::arg("digest"), "A Blob, its checksum compared.")
      .def("damage", [](const SessionReader& r) {
        std::vector<std::pair<std::string, std::string>> found;
        std::vector<Damage> damage;
        (void)Unwrap(r.Generations(&damage));
        for (const auto& d : damage) found.emplace_back(d.file, d.error.what);
        if (Unwrap(r.Log()).end == LogContents::End::kDamaged) {
          found.emplace_back(r.files().Log(), "the log is damaged; what follows the damage is not read");
        }
        return found;
      }, "[(file, what)] of manifests and log that cannot be read whole.")
      .def_property_readonly("folder", [](const SessionReader& r) { return r.files().Root(); });
}

}  // namespace

void BindStore(py::module_& m) {
  BindWriter(m);
  BindReader(m);
  py::class_<Store>(m, "Store", "The directory of all sessions of a user (FERRY_HOME).")
      .def_static("open", [](const std::string& home, std::uint64_t quota) { return Unwrap(Store::Open(home, quota)); },
                  py::arg("home"), py::arg("quota") = 0, "quota: bytes for all sessions together, 0 for none.")
      .def("sessions", [](const Store& s) { return py::object(pyjson::from_json(Json(Unwrap(s.Sessions())))); },
           "session.json of each, newest first, with session, notebook, bytes, generations, modified_us, locked, holder.")
      .def("describe", [](const Store& s, const std::string& sid) {
        return py::object(pyjson::from_json(Unwrap(s.Describe(sid))));
      }, py::arg("sid"))
      .def("resolve", [](const Store& s, const std::string& text) { return Unwrap(s.Resolve(text)); }, py::arg("text"),
           "The SID of a SID, its unique beginning, a notebook path or a name.")
      .def("find", [](const Store& s, const std::string& notebook) { return Unwrap(s.Find(notebook)); }, py::arg("notebook"),
           "The SID bound to a notebook, or None.")
      .def("bind", [](Store& s, const std::string& notebook, const std::string& sid) { Unwrap(s.Bind(notebook, sid)); },
           py::arg("notebook"), py::arg("sid"))
      .def("unbind", [](Store& s, const std::string& notebook) { Unwrap(s.Unbind(notebook)); }, py::arg("notebook"))
      .def("rename", [](Store& s, const std::string& from, const std::string& to) { return Unwrap(s.Rename(from, to)); },
           py::arg("old"), py::arg("new"), "A notebook or a folder of them has a new path; how many moved.")
      .def("remove", [](Store& s, const std::string& sid) { Unwrap(s.Remove(sid)); }, py::arg("sid"))
      .def("create", [](Store& s, const py::dict& info) { return Unwrap(s.Create(pyjson::to_json(info))); },
           py::arg("info"), "A new session with this session.json; its SID.")
      .def("write", [](const Store& s, const std::string& sid, int lock_fd) {
        return std::make_unique<Writer>(Unwrap(s.Write(sid, lock_fd)));
      }, py::arg("sid"), py::arg("lock_fd") = -1)
      .def("read", [](const Store& s, const std::string& sid) { return Unwrap(s.Read(sid)); }, py::arg("sid"))
      .def("collect", [](Store& s) {
        py::gil_scoped_release release;
        return Unwrap(s.Collect());
      }, "Collects every session that nobody writes; bytes freed.")
      .def_property_readonly("used", &Store::Used, "bytes of all sessions")
      .def_property_readonly("home", [](const Store& s) { return s.files().Home(); });
}

}  // namespace ferry::session
