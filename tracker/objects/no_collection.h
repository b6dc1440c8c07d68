// While one lives, the cyclic collector does not run: it would call finalizers, which are code of the session, in the middle
// of what reads its objects; and where many containers come at once it only costs time. Under the GIL.
#pragma once

#include <Python.h>

namespace ferry::objects {

class NoCollection {
 public:
  NoCollection() : was_enabled_(PyGC_Disable()) {}
  ~NoCollection() {
    if (was_enabled_) PyGC_Enable();
  }
  NoCollection(const NoCollection&) = delete;
  NoCollection& operator=(const NoCollection&) = delete;

 private:
  int was_enabled_;
};

}  // namespace ferry::objects
