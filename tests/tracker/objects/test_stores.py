"""Which names code stores, read from its instructions."""
import types

from kernelferry.objects import stores

MODULE = '''
import functools
def outer(x):
    x.read
    def inner(y): y.stored = 1
    return [setattr(each, "by_text", 0) for each in x]
class Mine:
    def __init__(self): self.made = 1
    @property
    def shown(self): self.seen = 1
    @shown.deleter
    def shown(self): del self.gone
    @functools.cached_property
    def found(self): self.kept = 1
    @staticmethod
    def set(value):
        global last
        last = value
'''
ATTRIBUTES = [stores.STORE_ATTR, stores.DELETE_ATTR]


def module(text):
    made = types.ModuleType("stores_library")
    exec(text, vars(made))
    return made


def names(library, operations, but=()):
    codes = (code for function in stores.functions_of(library, but) for code in stores.nested(function.__code__))
    return sorted(name for code in codes for name in stores.stored(code, operations))


def test_names_are_found_in_methods_and_what_is_nested():
    library = module(MODULE)
    assert names(library, ATTRIBUTES) == ["gone", "kept", "made", "seen", "stored"]
    assert names(library, ATTRIBUTES, but={"__init__"}) == ["gone", "kept", "seen", "stored"]
    assert names(library, [stores.STORE_GLOBAL]) == ["last"]


def test_a_number_of_a_name_may_take_more_than_a_byte():
    text = "def many(x):\n" + "".join(f"    x.read_{number}\n" for number in range(70_000)) + "    x.stored = 1\n"
    code = module(text).many.__code__
    assert code.co_names.index("stored") > 1 << 16 and list(stores.stored(code, ATTRIBUTES)) == ["stored"]


def test_a_proxy_among_the_names_is_not_asked_for_what_it_stands_for():
    class Proxy:
        @property
        def __class__(self):
            raise RuntimeError("nothing is bound")

    library = module(MODULE)
    library.proxy = Proxy()
    assert "made" in names(library, ATTRIBUTES)


def test_classes_of_other_modules_are_not_read():
    library = module(MODULE)
    library.theirs = type("Theirs", (), {"__module__": "elsewhere", "method": module("def method(self): self.theirs = 1").method})
    assert "theirs" not in names(library, ATTRIBUTES)
