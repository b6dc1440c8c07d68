"""The sentences by which a resume says what is not as it was: each without an exception's class or a word of this program's."""

from types import SimpleNamespace

from kernelferry import codec
from kernelferry.replay import loader


def entry(**fields):
    return SimpleNamespace(**{"names": ["a"], "code": "fits", "reason": "", "opaque": "", "fingerprint": "1", **fields})


def test_what_is_not_equal_or_cannot_be_compared():
    found = SimpleNamespace(fingerprint="2")
    assert loader.verdict(found, entry()) == (False, "it is there, and is not equal to what was saved")
    assert loader.verdict(found, entry(opaque="Figure at fig")) == (None, "it is there, and was not compared: nobody can look into Figure at fig")
    assert loader.verdict(None, entry())[1].startswith("it came back apart from what it shared objects with")


def test_what_others_need_and_is_not_back_is_named_with_its_reason():
    for names, reason, words in ((["Point"], "it cannot be stored", "it belongs to Point: it cannot be stored"), ([], "", "no variable holds it: lost")):
        state = SimpleNamespace(entry=entry(names=names), way="lost", reason=reason)
        why = loader.Loader._why_not(state)
        assert why == words
        assert str(codec.DecodeError(["c"], codec.NotBack(f"it did not come back: {why}"))) == f"c: cannot be loaded (it did not come back: {words})"
