#include "kernel/relay/session_choice.h"

#include "kernel/relay/wire.h"

namespace ferry::relay {

Result<Choice> ChooseSession() {
  Choice choice;
  choice.sid = RandomHex(8);
  choice.hash_seed = std::to_string(std::stoul(RandomHex(4), nullptr, 16) | 1);
  choice.anonymous = "no notebook";
  return choice;
}

}  // namespace ferry::relay
