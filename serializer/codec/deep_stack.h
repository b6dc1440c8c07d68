// A call on a stack of its own. Pickling recurses in C, some 500 bytes and two levels of recursion for each nested
// object; a chain of 50,000 instances overruns the main thread's 8 MB, or meets the recursion limit long before. Another
// thread would have the stack but not the identity (sqlite3, context variables and thread-local modes belong to the main
// thread), so the main thread itself changes to a large stack for the time of one call.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::codec {

// function() with room for `kDeepLevels` levels of recursion; its result, or its exception. GIL held throughout. Where
// memory for the stack is refused: MemoryError.
pybind11::object OnDeepStack(const pybind11::function& function);

}  // namespace ferry::codec
