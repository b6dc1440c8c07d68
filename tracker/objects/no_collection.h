// While one lives, the cyclic collector does not run: it would call finalizers, which are code of the session, in the middle
// of what reads its objects; and where many containers come at once it only costs time. Under the GIL.
#pragma once

#include <Python.h>

namespace ferry::objects {

class NoCollection {
 public:
  NoCollection() : was_enabled_(PyGC_Disable()) { held_ = held_ || was_enabled_; }
  ~NoCollection() {
    if (!was_enabled_) return;
    held_ = false;
    PyGC_Enable();
  }
  NoCollection(const NoCollection&) = delete;
  NoCollection& operator=(const NoCollection&) = delete;

  // Whether the session has the collector on.
  static bool IsOn() { return held_ || PyGC_IsEnabled(); }

 private:
  static inline bool held_ = false;  // by one that lives
  int was_enabled_;
};

}  // namespace ferry::objects
