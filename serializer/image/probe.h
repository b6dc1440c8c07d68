// Which CRIU is there, and what this machine lets us do with it.
//
//   route             taking an image                                     bringing one back
//   root              as root, of any process                             in new pid and mount namespaces
//   file capability   criu carries cap_checkpoint_restore                 in a user namespace of one's own
//   root helper       sudo lets this user start the helper that lies
//                     beside criu, which becomes the user again           the same
//   own namespace     this process came back that way, or started
//                     so (FERRY_NAMESPACE=own): from inside               the same
//   none              not at all                                          the same, where that is allowed
//
// An engine that was brought back without root, or wants it, lives in a user namespace of its user; its next image is taken
// from inside, for which no privilege is needed. Everything is found by looking, and the namespace by trying it.
#pragma once

#include <string>
#include <vector>

#include "util/result.h"

namespace ferry::image {

enum class Route { kNone, kRoot, kFileCapability, kHelper, kNamespace };
const char* Name(Route route);
Route RouteOf(const std::string& name);  // kNone for what is no name of one

struct Finding {
  std::string what;    // a sentence
  std::string remedy;  // "" where nothing is wrong
  bool good = true;
};

struct Probe {
  std::string criu, version;   // path and version; "" where there is none that fits
  std::string helper;          // for Route::kHelper: what `sudo` starts in place of criu, with the seconds it may take before criu's arguments
  Route dump = Route::kNone;
  bool restore = false;
  std::vector<Finding> findings;  // in the order in which a person should read them

  // Why no image can be taken, or none brought back.
  Error WhyNot() const;
};

// `configured`: the setting `criu`; "" looks in the user's private prefix, in that of the machine, and then on PATH, "off" means none. `own`: engines that start
// now get a user namespace of their own, which is looked at as if this process had it. Starts criu once and
// forks once, some 20 ms; asks sudo where nothing else is allowed.
Probe Look(const std::string& configured, bool own = false);

}  // namespace ferry::image
