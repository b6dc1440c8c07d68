// The members of a JSON object as its text has them, for who needs one or two: nothing is built of the others.
//
// For text that a JSON writer has made, or that is checked elsewhere: only strings, brackets and commas are looked at, not
// whether what stands between them is JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace ferry::relay {

// Calls see(name, value) for each member, the value as it stands there. False where the text is no object, or ends too early.
bool EachMember(std::string_view object, const std::function<void(std::string_view name, std::string_view value)>& see);

// A string of JSON, without its quotes and escapes; "" for any other value.
std::string Unquoted(std::string_view value);

// The value of the last member of that name, "" where there is none.
std::string_view MemberOf(std::string_view object, std::string_view name);

}  // namespace ferry::relay
