// What a person reads: quantities, and sentences that are broken into lines.
#pragma once

#include <string>

namespace ferry {

std::string SizeInWords(double bytes);        // "104 B", "1.2 GB", "120 MB": each a thousand of the one before
std::string DurationInWords(double seconds);  // "80 ms", "1.2 s", "15 s", "2 min", "3.5 h"

// The text with the blanks inside the commands that it names as kInCommand, so that no line ends inside one and each can be
// copied: what stands in backquotes, a magic or `jupyter ferry` with its verb, its options and the word after them (which may be
// one of the sentence), up to a punctuation mark.
constexpr char kInCommand = '\x01';
std::string WithWholeCommands(const std::string& text);

}  // namespace ferry
