// The order of a set is state: `list(s)` and `s.pop()` follow the slots of its hash table, which depend on every member
// that was ever added or removed. Adding the members again in their order gives a smaller table with other collisions, so
// that order would change at each resume. Hashes stay what they were as long as the session keeps its PYTHONHASHSEED
// (members that hash by address do not), and then the table can be laid out slot by slot as it was.
//
// What a table does with members that are added one by one is CPython's (Objects/setobject.c, 3.11) and simulated here;
// a build that does it otherwise is noticed when the layout is applied, and then the set stays as it was loaded.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace ferry::codec {

// What ApplySetLayout needs, or "": members added one by one in the order of iteration make this very table. `set` is a
// set or frozenset; no code of the user's runs. Cost: some 10 ns a slot.
std::string SetLayout(pybind11::handle set);

// Lays out the table of `set`, whose members were added one by one in the order they had. False, and nothing changed: the
// members or their hashes are not those of the layout. ValueError: no layout.
bool ApplySetLayout(pybind11::handle set, std::string_view layout);

}  // namespace ferry::codec
