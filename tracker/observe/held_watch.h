// Fields of objects that modules of libraries hold (`json._default_encoder`, `email.policy.default.content_manager`): no attribute of a
// module changes when one is set, and where its name was computed no text of a cell tells.
//
// What an object holds is remembered when its module comes, and compared when somebody asks. Under the GIL; runs no user code.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::observe {

class HeldWatch {
 public:
  struct Change {
    std::vector<std::string> path;  // names from the module to the object
    pybind11::object holder, value;
    std::string name;
  };
  // The objects among the names of a module that has just come are what they were made as. Cost: 20 ns a name, 0.3 us an object.
  void See(const pybind11::dict& names);

  // Fields that are new or were replaced since, of the objects that this module still holds. Cost: as See.
  std::vector<Change> Look(const pybind11::dict& names) const;

 private:
  using Fields = std::vector<std::pair<PyObject*, PyObject*>>;
  struct First {  // compared only
    PyTypeObject* type;
    Fields fields;
    std::vector<pybind11::object> plain;  // of the values (of_session.h, IsPlain)
  };
  std::unordered_map<PyObject*, First> first_;
};

}  // namespace ferry::observe
