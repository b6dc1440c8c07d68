// What code in C does to the world without Python's functions, as the preloaded library tells it (outside_preload.h): files
// that gdbm, HDF5, cv2 or polars open for writing, rename or remove, connections, commands. Python's own calls arrive here
// as well, with the same words as from their audit events. Where nothing is preloaded, nothing is heard.
//
// Of programs that are started it is heard that one was: multiprocessing and joblib do that past subprocess.Popen.
//
// The calls come from any thread, with or without the GIL; what is told here waits until the cell is over. What is only
// opened to be updated, and is then left as it was, is no unsafe effect.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/observe/effects.h"
#include "tracker/observe/names.h"

namespace ferry::observe {

// Of a program that Python's own functions did not start.
constexpr const char* kUntold = "a program that no call of Python's tells";

class Outside {
 public:
  // The one of the process; never destroyed.
  static Outside& The();

  // Asks the preloaded library, if there is one. Repeated: nothing more.
  void Listen();

  // Folders of files that are nobody's data; temporary: where files with new names are nobody's.
  void Disregard(const OwnFiles& own, const OwnFiles& ours, std::string temporary);

  // One cell.
  void Start();
  std::vector<graph::Effect> Stop();

  // It makes that folder for itself.
  void MakesTemporary(std::string folder);

  // A replay: as StartGuard and StopGuard of audit.h, for this thread, and threads that start from now on.
  void StartGuard(std::vector<graph::Effect> allowed);
  std::vector<graph::Effect> StopGuard();
  void LiftGuard(bool lifted);

  // Whether a file was opened for writing, since this was asked last, while no cell ran.
  bool Opened() { return opened_.exchange(false); }

 private:
  struct Update {
    std::string path;
    struct stat before;
    bool recent;  // so lately changed that another write may leave the same time of change
  };

  bool Started(std::string_view program, int flags);
  static bool Hear(const char* event, const char* detail, int flags);
  bool Heard(std::string_view event, std::string detail, int flags);
  bool Forbids(const graph::Effect& effect) const;

  int process_ = 0;
  std::atomic<bool> opened_ = false, lifted_ = false;
  // Of programs, without the mutex: a child of vfork() asks while its parent stands still.
  std::atomic<bool> started_ = false, started_pool_ = false;
  std::atomic<bool> forbids_start_ = false, stopped_start_ = false;
  std::mutex mutex_;  // what follows
  std::unique_ptr<const OwnFiles> own_, ours_;
  std::string temporary_folder_;
  bool hears_ = false, guards_ = false;
  EffectList effects_;
  std::vector<Update> updates_;
  NameSet temporary_;
  std::vector<graph::Effect> allowed_, stopped_;
  std::set<int> older_;  // threads that ran before the replay
};

}  // namespace ferry::observe
