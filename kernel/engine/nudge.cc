#include "kernel/engine/nudge.h"

#include <signal.h>

namespace ferry::engine {
namespace {

constexpr double kEvery = 0.05;  // seconds

void Woken(int) {}

void (*HandlerOfUrgent())(int) {
  struct sigaction action;
  return ::sigaction(SIGURG, nullptr, &action) == 0 ? action.sa_handler : nullptr;
}

}  // namespace

Nudge::Nudge() : thread_(::pthread_self()) {
  if (HandlerOfUrgent() != SIG_DFL) return;
  struct sigaction action {};
  action.sa_handler = &Woken;  // without SA_RESTART
  ::sigaction(SIGURG, &action, nullptr);
}

void Nudge::Sending() {
  unheard_ = true;
  due_.Arm(kEvery);
}

void Nudge::Due(bool running) {
  due_.Clear();
  if (!unheard_) return;
  if (!running || HandlerOfUrgent() != &Woken) {
    unheard_ = false;
    return;
  }
  ::pthread_kill(thread_, SIGURG);
  due_.Arm(kEvery);
}

}  // namespace ferry::engine
