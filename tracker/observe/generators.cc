#include "tracker/observe/generators.h"

#include <cstring>

namespace py = pybind11;

namespace ferry::observe {
namespace {

constexpr std::size_t kWords = 624;  // of a Mersenne Twister

py::object Attribute(py::handle object, const char* name) {
  auto value = py::reinterpret_steal<py::object>(PyObject_GetAttrString(object.ptr(), name));
  if (!value) PyErr_Clear();
  return value;
}

py::handle Module(const char* name) { return PyDict_GetItemString(PyImport_GetModuleDict(), name); }

// The bytes of an object behind its head. They hold addresses, and so can only be compared within a process.
std::string Body(py::handle object) {
  const auto* at = reinterpret_cast<const char*>(object.ptr());
  return {at + sizeof(PyObject), at + Py_TYPE(object.ptr())->tp_basicsize};
}

// random.Random: index and key lie in the object, the spare value of gauss() in its dict.
std::string OfRandom() {
  const py::handle module = Module("random");
  if (!module) return {};
  const py::object instance = Attribute(module, "_inst");
  if (!instance || Py_TYPE(instance.ptr())->tp_basicsize < static_cast<Py_ssize_t>(kWords * 4)) return {};
  const py::object spare = Attribute(instance, "gauss_next");
  const auto* at = reinterpret_cast<const char*>(instance.ptr()) + sizeof(PyObject);
  std::string state(at, sizeof(int) + kWords * 4);
  return state + (spare && !spare.is_none() ? "spare" : "");
}

// RandomState: its own body has the spare value of randn(); the key lies behind a capsule.
std::string OfNumpy() {
  const py::handle module = Module("numpy.random.mtrand");
  const py::object state = module ? Attribute(module, "_rand") : py::object();
  const py::object bits = state ? Attribute(state, "_bit_generator") : py::object();
  if (!bits || std::strstr(Py_TYPE(bits.ptr())->tp_name, "MT19937") == nullptr) return {};
  const py::object capsule = Attribute(bits, "capsule");
  if (!capsule || !PyCapsule_IsValid(capsule.ptr(), "BitGenerator")) return {};
  const auto* key = *static_cast<const char* const*>(PyCapsule_GetPointer(capsule.ptr(), "BitGenerator"));
  return std::string(key, kWords * 4 + sizeof(int)) + Body(state);
}

bool Fresh(const std::string& numpy) {  // as seeded, nothing drawn
  int position = 0;
  std::memcpy(&position, numpy.data() + kWords * 4, sizeof position);
  return position == kWords - 1;
}

}  // namespace

Generators::States Generators::Raw() {
  States raw{{"random", OfRandom()}, {"numpy.random", OfNumpy()}};
  std::erase_if(raw, [](const auto& entry) { return entry.second.empty(); });
  return raw;
}

void Generators::Before() {
  if (!states_) return;
  States raw = Raw();
  if (raw == raw_) return;
  pickled_.clear();
  for (const auto& [name, state] : states_().cast<py::dict>()) pickled_[name.cast<std::string>()] = state.cast<std::string>();
  raw_ = std::move(raw);
}

std::vector<graph::GeneratorState> Generators::Drew() const {
  std::vector<graph::GeneratorState> drew;
  if (!states_) return drew;
  for (const auto& [name, now] : Raw()) {
    const auto before = raw_.find(name);
    if (before != raw_.end() ? before->second == now : name == "numpy.random" && Fresh(now)) continue;
    const auto pickled = pickled_.find(name);
    drew.push_back({name, pickled == pickled_.end() || before == raw_.end() ? std::string() : pickled->second});
  }
  return drew;
}

}  // namespace ferry::observe
