#include <pybind11/stl.h>

#include "kernel/session/bind.h"
#include "tracker/objects/no_collection.h"
#include "tracker/objects/reach.h"
#include "tracker/objects/walker.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

using objects::Buffers;
using objects::Component;
using objects::Look;
using objects::Walker;

// A look as Python sees it: with the walker whose words its numbers stand for.
struct BoundLook {
  std::shared_ptr<Walker> walker;
  std::unique_ptr<Look> look;
};

struct BoundComponent {
  std::shared_ptr<BoundLook> of;
  std::uint32_t number;
  const Component& get() const { return of->look->components[number]; }
};

// objects::NoCollection as a context manager.
struct BoundNoCollection {
  std::optional<objects::NoCollection> lives;
};

// What one look hands to a later one.
struct BoundBuffers {
  std::shared_ptr<const Buffers> buffers;
};

std::vector<std::string> Key(const BoundComponent& c) {
  const Component& component = c.get();
  if (!component.names.empty()) return component.names;
  return {"#" + std::to_string(component.exports.at(0))};
}

std::vector<std::string> Mentions(const BoundComponent& c) {
  std::vector<std::string> names;
  for (std::uint32_t id : c.get().mentions) names.push_back(c.of->walker->name(id));
  return names;
}

template <auto Member>
auto Get(const BoundComponent& c) {
  return c.get().*Member;
}

void BindComponent(py::module_& m) {
  py::class_<BoundComponent>(m, "Component")
      .def_readonly("number", &BoundComponent::number)
      .def_property_readonly("names", Get<&Component::names>)
      .def_property_readonly("key", Key)
      .def_property_readonly("exports", Get<&Component::exports>)
      .def_property_readonly("needs", Get<&Component::needs>)
      .def_property_readonly("fingerprint", [](const BoundComponent& c) { return c.get().fingerprint.Hex(); })
      .def_property_readonly("opaque", Get<&Component::opaque>)
      .def_property_readonly("objects", Get<&Component::objects>)
      .def_property_readonly("bytes", Get<&Component::bytes>)
      .def_property_readonly("unfound", Get<&Component::unfound>)
      .def_property_readonly("mentions", Mentions)
      .def_property_readonly("escaped", Get<&Component::escaped>)
      .def_property_readonly("door", Get<&Component::door>);
}

void BindLook(py::module_& m) {
  py::class_<BoundLook, std::shared_ptr<BoundLook>>(m, "Look")
      .def_property_readonly("components", [](const std::shared_ptr<BoundLook>& look) {
        py::list list;
        for (std::uint32_t i = 0; i < look->look->components.size(); ++i) list.append(BoundComponent{look, i});
        return list;
      })
      .def_property_readonly("buffers", [](const BoundLook& look) { return BoundBuffers{look.look->buffers}; },
                             "What a later look may take large buffers to be.")
      .def("object", [](const BoundLook& look, std::int64_t pid) {
        auto it = look.look->objects.find(pid);
        if (it == look.look->objects.end()) throw py::key_error(std::to_string(pid));
        return it->second;
      }, "The object of a pid of this look.");
}

void BindPaths(py::module_& m) {
  m.def("paths_to", [](const py::set& ids, const py::list& roots, const py::set& apart, const py::dict& globals, const py::tuple& untracked,
                       std::size_t most) -> py::object {
    auto addresses = [](const py::set& set) {
      std::unordered_set<PyObject*> found;
      for (py::handle id : set) found.insert(reinterpret_cast<PyObject*>(id.cast<std::uintptr_t>()));
      return found;
    };
    objects::Bounds bounds{addresses(apart), globals.ptr(), {}, most};
    for (py::handle type : untracked) bounds.untracked.push_back(reinterpret_cast<PyTypeObject*>(type.ptr()));
    std::vector<PyObject*> from;
    for (py::handle root : roots) from.push_back(root.ptr());
    auto paths = objects::PathsTo(addresses(ids), from, bounds);
    return paths ? py::cast(*paths) : py::none();
  }, py::arg("ids"), py::arg("roots"), py::arg("apart"), py::arg("globals"), py::arg("untracked"), py::arg("most"),
     "A shortest path of objects from a root to each of these ids that one leads to; None when stopped.");
}

}  // namespace

void BindObjects(py::module_& m) {
  BindComponent(m);
  py::class_<BoundBuffers>(m, "Buffers", "Digests of the large buffers that a look met.")
      .def("__len__", [](const BoundBuffers& b) { return b.buffers->size(); });
  BindLook(m);
  BindPaths(m);
  py::class_<BoundNoCollection>(m, "NoCollection", "with NoCollection(): the cyclic collector does not run in its body.")
      .def(py::init<>())
      .def("__enter__", [](BoundNoCollection& collection) { collection.lives.emplace(); })
      .def("__exit__", [](BoundNoCollection& collection, const py::args&) { collection.lives.reset(); });
  m.def("collector_is_on", &objects::NoCollection::IsOn, "gc.isenabled(), whatever NoCollection() has switched off.");
  m.def("is_imported", [](const py::module_& module) { return objects::IsImported(module.ptr()); },
        "Whether sys.modules holds the module under its name and an import would bring it.");
  m.def("version_of", [](const py::dict& dictionary) { return objects::VersionOf(dictionary.ptr()); },
        "The version tag of a dictionary: it moves whenever that changes.");
  m.def("items_of_types", [](const py::dict& dictionary, const py::tuple& types) {
    py::list found;
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dictionary.ptr(), &pos, &key, &value))
      for (py::handle type : types)
        if (type.ptr() == reinterpret_cast<PyObject*>(Py_TYPE(value))) found.append(py::make_tuple(py::handle(key), py::handle(value)));
    return found;
  }, py::arg("dictionary"), py::arg("types"), "Its items whose values are of these very types. Runs no code. Cost: a cache miss for each item.");
  m.def("has_fields", [](py::handle object) { return objects::HasFields(object.ptr()); },
        "Whether an object has attributes of its own in a dict, which it does not make for this.");
  m.def("is_by_hand", [](const py::str& name) { return objects::IsByHand(name.ptr()); },
        "Whether a cell made the module of this name and put it into sys.modules.");
  py::class_<Walker, std::shared_ptr<Walker>>(m, "Walker")
      .def(py::init<py::dict>())
      .def("look", [](const std::shared_ptr<Walker>& walker, const std::vector<std::string>& names,
                      const std::set<std::string>& untouched, const BoundBuffers* before) {
        auto look = walker->LookAt(names, untouched, before ? before->buffers.get() : nullptr);
        return look ? std::make_shared<BoundLook>(BoundLook{walker, std::move(look)}) : nullptr;
      }, py::arg("names"), py::arg("untouched") = std::set<std::string>(), py::arg("before") = py::none(),
         "The components of these names; None when stopped. Large buffers of untouched names are as in `before`.")
      .def("see_modules", &Walker::SeeModules, "What modules that have come hold counts as theirs from now on, not as the session's.")
      .def("fingerprint", [](Walker& walker, py::object value) -> py::object {
        auto found = walker.FingerprintOf(value);
        if (!found) return py::none();
        return py::make_tuple(found->first.Hex(), found->second);
      }, "(hex, opaque) of one value with the code it needs; None when stopped.")
      .def("module_reference", [](Walker& walker, py::object object) -> py::object {
        const objects::ModuleReference* place = walker.ModuleReferenceOf(object);
        if (!place) return py::none();
        return py::make_tuple(place->module, place->attribute);
      }, "(module, attribute) that an imported module holds the object at, or None.")
      .def("holders", [](Walker& walker, const std::vector<BoundComponent>& components, bool waiting) {
        std::vector<std::vector<std::string>> names;
        for (const BoundComponent& c : components) names.push_back(c.get().names);
        return walker.Holders(names, waiting);
      }, py::arg("components"), py::kw_only(), py::arg("waiting") = true,
         "Who else holds the escaped objects of each component, one phrase each; None when stopped. waiting: also what waits for the collector.")
      .def("adopt", &Walker::Adopt, "A decoded export keeps the pid its blob gave it.")
      .def_property("next_pid", [](Walker& walker) { return walker.pids().next(); },
                    [](Walker& walker, std::int64_t next) { walker.pids().set_next(next); });
}

}  // namespace ferry::session
