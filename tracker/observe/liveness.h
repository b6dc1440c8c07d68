// Which names of a cell are live at its start: read before they are bound, on some path.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracker/observe/bytecode.h"
#include "tracker/observe/names.h"

namespace ferry::observe {

// Note() once for each instruction in order, then AtStart(). Cost: instructions times names / 64, twice or thrice; code too
// large for that has all its names live.
class Liveness {
 public:
  explicit Liveness(const std::vector<Instruction>& code) : code_(code), notes_(code.size()) {}

  // The instruction uses these names and then binds `defines` ("" if none). The views must outlive this object.
  void Note(std::size_t instruction, const NameSet& uses, std::string_view defines);

  NameSet AtStart() const;

 private:
  struct Names {
    std::vector<int> uses;
    int defines = -1;
  };
  int Id(std::string_view name);

  const std::vector<Instruction>& code_;
  std::vector<Names> notes_;
  std::unordered_map<std::string, int, NameHash, std::equal_to<>> ids_;
};

}  // namespace ferry::observe
