// A key that changed after it was put into a dict or set is not found there any more: the table holds the hash that it had
// then. Both are built anew when they are loaded, with the hashes of now, and would find it again. So where the hash of a
// member is not the one in the table, the whole table goes along: members, the hashes they were put in with and, for a
// set, the slots.
//
// Hashes of now are asked for only where a function of Python tells them and does no more than read attributes of its
// object: saving must not be noticed. Where the `__hash__` of a class of the session does more, the table goes along in any
// case, and loading, which calls it anyway, tells (decode.py). Hashes of all else are taken for unchanged.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::codec {

// Whether some member of a dict or set could have another hash now than when it was put in. Runs no code.
bool MayHaveChanged(pybind11::handle container);

// What RestoreTable needs: a tuple (list of members, or of keys and values; bytes), with a third item where some hash could not
// be asked for; or None where every hash is still what it was. `container` is a dict or set; throws TypeError for an OrderedDict, which keeps a
// second table. Cost: some ns an entry, plus a call for each `__hash__`.
pybind11::object ChangedTable(pybind11::handle container);

// Fills `container` anew from what ChangedTable gave. ValueError: it is none, or keys that differed are equal now.
void RestoreTable(pybind11::handle container, const pybind11::list& members, pybind11::bytes table);

}  // namespace ferry::codec
