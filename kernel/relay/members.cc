#include "kernel/relay/members.h"

#include <nlohmann/json.hpp>

namespace ferry::relay {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// What is left of a text.
class Rest {
 public:
  explicit Rest(std::string_view text) : text_(text) {}

  bool Ends() const { return text_.empty(); }
  char Next() const { return text_.empty() ? '\0' : text_[0]; }
  void SkipSpace() { text_.remove_prefix(std::min(text_.find_first_not_of(kSpace), text_.size())); }

  bool Skip(char wanted) {
    SkipSpace();
    if (Next() != wanted) return false;
    text_.remove_prefix(1);
    SkipSpace();
    return true;
  }

  // The next value, quotes and brackets included; empty where there is no whole one.
  std::string_view Value() {
    if (Next() == '"') return Take(StringEnd(0));
    if (Next() != '{' && Next() != '[') return Take(std::min(text_.find_first_of(",}] \t\r\n"), text_.size()));
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text_.size(); ++at) {
      at = text_.find_first_of("\"{}[]", at);
      if (at == text_.npos) break;
      if (text_[at] == '"') {
        at = StringEnd(at) - 1;
        if (at >= text_.size()) break;
      } else if (text_[at] == '{' || text_[at] == '[') {
        ++depth;
      } else if (--depth == 0) {
        return Take(at + 1);
      }
    }
    return {};
  }

 private:
  // Behind the string that begins at `at`; 0 where it does not end.
  std::size_t StringEnd(std::size_t at) const {
    while ((at = text_.find_first_of("\"\\", at + 1)) != text_.npos) {
      if (text_[at] == '"') return at + 1;
      ++at;
    }
    return 0;
  }

  std::string_view Take(std::size_t size) {
    const std::string_view taken = text_.substr(0, size);
    text_.remove_prefix(size);
    return taken;
  }

  std::string_view text_;
};

bool IsString(std::string_view value) { return value.size() >= 2 && value.front() == '"'; }

}  // namespace

std::string Unquoted(std::string_view value) {
  if (!IsString(value)) return "";
  if (value.find('\\') == value.npos) return std::string(value.substr(1, value.size() - 2));
  const auto string = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  return string.is_string() ? string.get<std::string>() : "";
}

bool EachMember(std::string_view object, const std::function<void(std::string_view, std::string_view)>& see) {
  Rest rest(object);
  if (!rest.Skip('{')) return false;
  if (!rest.Skip('}')) {
    do {
      const std::string_view name = rest.Value();
      if (!IsString(name) || !rest.Skip(':')) return false;
      const std::string_view value = rest.Value();
      if (value.empty()) return false;
      if (name.find('\\') == name.npos) see(name.substr(1, name.size() - 2), value);
      else see(Unquoted(name), value);
    } while (rest.Skip(','));
    if (!rest.Skip('}')) return false;
  }
  return rest.Ends();
}

std::string_view MemberOf(std::string_view object, std::string_view name) {
  std::string_view found;
  const bool whole = EachMember(object, [&](std::string_view member, std::string_view value) {
    if (member == name) found = value;
  });
  return whole ? found : std::string_view();
}

}  // namespace ferry::relay
