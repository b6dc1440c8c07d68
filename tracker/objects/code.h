// Code objects: their digest (what they do, not where they were written: no file, no line) and the names they mention.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/objects/encoder.h"

namespace ferry::objects {

struct CodeInfo {
  Digest digest;
  std::vector<std::uint32_t> mentions;  // ids in CodeIndex::names: co_names and identifier-like constants, nested too
};

class CodeIndex {
 public:
  // Valid until Clear.
  const CodeInfo& Of(PyObject* code);
  void Clear() { infos_.clear(); }
  const std::string& name(std::uint32_t id) const { return names_[id]; }

 private:
  void EncodeConstant(Encoder& e, PyObject* value, CodeInfo* info);
  void Mention(PyObject* text, CodeInfo* info);

  std::unordered_map<PyObject*, CodeInfo> infos_;
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<std::string> names_;
};

}  // namespace ferry::objects
