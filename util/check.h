// CHECK(condition): a promise of our own code. It stays on in release and ends the process with the place it broke at.
#pragma once

namespace ferry {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace ferry

#define CHECK(condition) \
  do { if (!(condition)) [[unlikely]] ::ferry::CheckFailed(#condition, __FILE__, __LINE__); } while (0)
