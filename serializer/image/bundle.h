// A system image on disk: a folder with CRIU's files below `images` and the file `bundle`, which describes them
// (serializer/format/bundle.h, docs/format.md "System image"). CRIU checks nothing of what it reads: a page that was
// overwritten comes back wrong without a word, and a file that was cut off makes it wait for ever. So a folder is compared
// with its bundle, byte by byte, before CRIU may see it.
#pragma once

#include <string>

#include "serializer/format/records.h"
#include "util/result.h"

namespace ferry::image {

inline constexpr const char* kImages = "/images";
inline constexpr const char* kBundle = "/bundle";

// What the description says; nothing else is looked at. kNotFound, kCorrupt, kTooNew.
Result<format::Bundle> Read(const std::string& folder);

// Read, and every file has the size and digest that it says, and there is no other. kCorrupt names the file.
Result<format::Bundle> Check(const std::string& folder);

// Whether this machine, this user and the files that were mapped are such that it can come back here. kRefused names what
// differs. `criu`: the version that would bring it back.
Result<void> Fits(const format::Bundle& bundle, const std::string& criu);

// What Fits says of all but the mapped files; and of these, the ones that are not here or are another build, as positions
// in bundle.mapped. Those can come along (libraries.h).
Result<void> FitsMachine(const format::Bundle& bundle, const std::string& criu);
std::vector<std::size_t> Lacking(const format::Bundle& bundle);

std::uint64_t Bytes(const format::Bundle& bundle);  // of all its files

}  // namespace ferry::image
