"""What classes, and objects that modules hold, had when their module came, and what is otherwise since (held_watch.h, class_watch.h)."""

from kernelferry._ferry import ClassWatch, HeldWatch


class Holder:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def changes(watch, names):
    return [(path, field, value) for path, _, field, value in watch.look(names)]


def test_fields_that_are_new_or_others_are_told():
    names = {"h": Holder(kept=1, part=Holder(deep="a"), gone=2), "plain": 5}
    watch = HeldWatch()
    watch.see(names)
    assert changes(watch, names) == []
    names["h"].part.deep, names["h"].more = "b", [3]
    del names["h"].gone
    assert sorted(changes(watch, names)) == [(("h",), "more", [3]), (("h", "part"), "deep", "b")]


class Slotted:
    __slots__ = "kept", "given", "changed"

    def __init__(self):
        self.kept, self.changed = 1, "a"


class WithMore(Slotted):
    __slots__ = "part", "__dict__"


def test_slots_are_fields_of_their_own_class_and_of_those_it_extends():
    names = {"h": WithMore()}
    names["h"].part, names["h"].free = Slotted(), 1
    watch = HeldWatch()
    watch.see(names)
    assert changes(watch, names) == []
    names["h"].changed, names["h"].given, names["h"].free, names["h"].part.changed = "b", [1], 2, "c"
    assert sorted(changes(watch, names), key=str) == [(("h", "part"), "changed", "c"), (("h",), "changed", "b"), (("h",), "free", 2), (("h",), "given", [1])]


def test_a_value_that_lies_where_the_first_one_lay_is_another():
    names = {"h": Holder(x=float("1.5"))}
    watch = HeldWatch()
    watch.see(names)
    names["h"].x = float("2.5")
    names["h"].x = float("3.5")
    assert changes(watch, names) == [(("h",), "x", 3.5)]


def test_so_it_is_on_a_class():
    cls = type("Library", (), {"x": float("1.5"), "y": 1, "__module__": "library"})
    watch = ClassWatch({})
    watch.see({"Library": cls})
    watch.look({"x", "y"})
    cls.x = float("2.5")
    cls.x = float("3.5")
    assert [(name, value) for held, name, value, _ in watch.look({"x", "y"}) if held is cls] == [("x", 3.5)]
