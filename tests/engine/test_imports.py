"""Statements that import are spared the cyclic collector, and nothing of that is seen before or after them."""

import pytest

AT_START = "(700, 10, 10)"


@pytest.fixture
def module(engine, tmp_path):
    """module(name, text): writes a module of the user's that cells can import."""
    engine.ok(f"import gc, sys; sys.path.insert(0, {str(tmp_path)!r})")

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(f"import gc\nseen = gc.get_threshold()\n{text}\n")

    yield write
    engine.ok(f"gc.set_threshold{AT_START}; sys.path.remove({str(tmp_path)!r})")


def thresholds(engine):
    return engine.ok("gc.get_threshold()").result


def test_only_within_a_statement_that_imports(engine, module):
    module("imported_alone", "")
    module("imported_with_more", "")
    engine.ok("import imported_alone")
    assert engine.ok("imported_alone.seen[0] > 10_000, imported_alone.seen[1:]").result == "(True, (10, 10))"
    assert thresholds(engine) == AT_START
    engine.ok("for _ in '1': import imported_with_more")
    assert engine.ok("imported_with_more.seen").result == AT_START


@pytest.mark.parametrize("statement", ["from {} import seen", "from {} import *", "import {} as other", "from {} import seen as one, gc as two"])
def test_all_kinds_of_them(engine, module, statement):
    name = f"kind_{len(statement)}"
    module(name, "")
    engine.ok(statement.format(name))
    assert engine.ok(f"sys.modules[{name!r}].seen[0] > 10_000").result == "True"
    assert thresholds(engine) == AT_START


def test_an_import_that_fails(engine, module):
    module("fails_to_come", "1 / 0")
    assert engine.run("import fails_to_come").content["ename"] == "ZeroDivisionError"
    assert thresholds(engine) == AT_START


def test_thresholds_of_the_user_stay(engine, module):
    module("meets_the_users", "")
    engine.ok("gc.set_threshold(500, 5, 5)")
    engine.ok("import meets_the_users")
    assert engine.ok("meets_the_users.seen, gc.get_threshold()").result == "((500, 5, 5), (500, 5, 5))"


def test_what_a_module_sets_stays(engine, module):
    module("sets_its_own", "gc.set_threshold(1234, 5, 6)")
    engine.ok("import sets_its_own")
    assert thresholds(engine) == "(1234, 5, 6)"
    engine.ok(f"gc.set_threshold{AT_START}")
    module("switches_it_off", "gc.disable()")
    engine.ok("import switches_it_off")
    assert engine.ok("gc.isenabled(), gc.get_threshold()").result == f"(False, {AT_START})"
    engine.ok("gc.enable()")


def test_cycles_are_still_collected_within_an_import(engine, module):
    module("makes_many_cycles", "before = gc.get_stats()[0]['collected']\nfor i in range(600_000):\n c = []; c.append(c)\nafter = gc.get_stats()[0]['collected']")
    engine.ok("import makes_many_cycles")
    assert engine.ok("makes_many_cycles.after - makes_many_cycles.before > 100_000").result == "True"


def test_what_came_is_old_afterwards_and_nothing_stays_frozen(engine, module):
    module("holds_a_list", "held = [[] for _ in range(20_000)]")
    engine.ok("import holds_a_list")
    assert engine.ok("any(each is holds_a_list.held for each in gc.get_objects(2)), gc.get_freeze_count()").result == "(True, 0)"


def test_an_import_of_what_is_there_makes_nothing_old(engine, module):
    module("comes_twice", "")
    engine.ok("import comes_twice\nyoung = []\nimport comes_twice")
    assert engine.ok("any(each is young for each in gc.get_objects(2))").result == "False"


def test_what_the_user_froze_stays_frozen(engine, module):
    module("comes_after_a_freeze", "held = [[] for _ in range(20_000)]")
    engine.ok("gc.freeze(); frozen = gc.get_freeze_count()")
    engine.ok("import comes_after_a_freeze")
    assert engine.ok("frozen > 1000, gc.get_freeze_count() > frozen - 1000").result == "(True, True)"
    engine.ok("gc.unfreeze()")
