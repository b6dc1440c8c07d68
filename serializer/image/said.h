// What CRIU says when it fails, for people: the errors of its log without times, places and what is always said.
#pragma once

#include <string>

namespace ferry::image {

std::string Said(const std::string& log, const std::string& output);

}  // namespace ferry::image
