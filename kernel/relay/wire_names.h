// What the files of a session are called on the wire (docs/link.md): a blob by its digest, "gen-00000007", "log",
// "image-00000007/NAME".
#pragma once

#include <cstdint>
#include <string>

#include "serializer/store/layout.h"

namespace ferry::relay {

std::string ImageName(std::uint32_t generation);
bool IsOfImage(const std::string& name);
bool IsBundle(const std::string& name);  // the file of an image with which it is whole

// Where such a file lies; "" for what is no name of one, or leads elsewhere.
std::string PathOf(const store::SessionFiles& files, const std::string& name);

}  // namespace ferry::relay
