// Mapped files that come along with an image, to a host that lacks them or has other builds of them.
//
// CRIU opens every file that was mapped by its path, and refuses another build of it: the image holds only the pages that
// were changed. The copies are put where the processes had them, in the mount namespace of the restore alone: bound over a
// file that is there, or shown by an overlay in the nearest folder that is. The host's own files are not touched, and the
// copies lie in memory and go with the namespace.
#pragma once

#include <string>

#include "serializer/format/records.h"
#include "util/result.h"

namespace ferry::image {

// Where a copy of the file is shown: the file itself where it is there, else the nearest folder above that is. kRefused for
// what is no library or installed file, and where an overlay would cover a folder in which a session may want to write.
Result<std::string> PlaceFor(const format::MappedFile& file);

// In a mount namespace of this process's own: puts all carried files of the bundle that differ here in their places.
// `images`: the folder they lie in; `scratch`: one to be made, over which memory is mounted. Error: what the system said.
Result<void> PutLibraries(const format::Bundle& bundle, const std::string& images, const std::string& scratch);

}  // namespace ferry::image
