"""Objects of the session that wait for the collector: in cycles that nothing reaches, with a `__del__` that is still to be called, or
generators that stand within `try` or `with`.

They are not stored, and after a resume nobody calls it. Who they are is asked only where some cell speaks of such: one pass
over the objects of the collector finds them, and some more who holds them (70 ms for a million objects). Of many, those are asked after
to which no variable leads, and which hold each other.
"""
import dis
import gc
import inspect
import sys
import types

from .kind import give_way, of_session, shown

MOST = 64  # such objects, or holders at one step: what is more is not asked after
REACHED = 200_000  # objects to which variables lead
STRIDE = 4096  # objects between two looks whether a request waits
ROOTS = (types.ModuleType, types.FrameType, type)


def is_spoken_of(where) -> bool:
    """Of generators where a variable holds a function of the session's that makes such: what `contextmanager` decorates is none."""
    words = where.spoken.words
    if "__del__" in words or "yield" not in words or words.isdisjoint(("finally", "with")):
        return "__del__" in words
    return any(type(value) is types.FunctionType and value.__code__.co_flags & inspect.CO_GENERATOR and value.__code__.co_exceptiontable
               for value in list(where.namespace.values()))


def in_words(where) -> str:
    """What waits, as a sentence; "" if nothing does, or too much would have to be asked. Raises Stopped."""
    found = waiting(where)
    if not found:
        return ""
    kinds = shown(sorted({each.__qualname__ if type(each) is types.GeneratorType else type(each).__qualname__ for each in found}))
    return f"{len(found)} objects that wait for the collector ({kinds}) are not kept, and their __del__ or finally is not called; gc.collect() would call it before"


def with_end(where) -> list:
    """Objects that would do something of the session's when they end. Raises Stopped."""
    kinds, found, everything = {}, [], gc.get_objects()
    for start in range(0, len(everything), STRIDE):
        give_way()
        for each in everything[start:start + STRIDE]:
            kind = type(each)
            if id(kind) not in kinds:
                kinds[id(kind)] = has_end(kind)
            if kinds[id(kind)] or kind is types.GeneratorType and is_within(where, each):
                found.append(each)
    return found


def waiting(where) -> list:
    objects = with_end(where)
    if len(objects) > MOST:
        reached = led_to(where, where.namespace.values())
        objects = [] if reached is None else [each for each in objects if id(each) not in reached]
    if len(objects) > MOST:
        members = led_to(where, objects)
        living = alive(members, objects, []) if members is not None else [*map(id, objects)]
        return [each for each in objects if id(each) not in living]
    members = dict(zip(map(id, objects), objects))
    frontier, rooted, own = list(objects), [], {id(objects), id(members)}
    while frontier:
        if len(frontier) > MOST:
            return []
        give_way()
        holders, own = gc.get_referrers(*frontier), own | {id(frontier)}
        frontier = []
        for holder in holders:
            if id(holder) in own or id(holder) in members:
                continue
            if is_root(where, holder):
                rooted.append(holder)
            else:
                members[id(holder)] = holder
                frontier.append(holder)
        holders = None
    each = holder = None  # what a name here holds would count as held
    living = alive(members, objects, rooted)
    return [each for each in objects if id(each) not in living]


def led_to(where, objects) -> dict | None:
    """id -> object of those and of what they lead to, but for what needs no holder itself; None where that is too much."""
    found, left = {}, list(objects)
    while left:
        each = left.pop()
        if id(each) in found or not gc.is_tracked(each) or is_root(where, each) and not of_session(each):
            continue
        found[id(each)] = each
        if len(found) % STRIDE == 0:
            give_way()
        if len(found) > REACHED:
            return None
        left += gc.get_referents(each)
    return found


def is_within(where, generator) -> bool:
    """Whether it is the session's, and stands where it would do something when it is closed."""
    code = generator.gi_code
    if not code.co_exceptiontable or inspect.getgeneratorstate(generator) != inspect.GEN_SUSPENDED or generator.gi_frame.f_globals is not where.namespace:
        return False
    return any(entry.start <= generator.gi_frame.f_lasti < entry.end for entry in dis._parse_exception_table(code))


def has_end(kind) -> bool:
    """Whether it is a class of the session's with a `__del__`. Asks `type` alone: a metaclass may answer, or hash, as it likes."""
    of_type = type.__dict__
    return of_type["__module__"].__get__(kind) == "__main__" and any("__del__" in of_type["__dict__"].__get__(base)
                                                                     for base in of_type["__mro__"].__get__(kind))


def is_root(where, holder) -> bool:
    """Whether it needs no holder itself: a module, what it holds, a class."""
    if holder is where.namespace or isinstance(holder, ROOTS):
        return True
    name = holder.get("__name__") if type(holder) is dict else None
    return type(name) is str and getattr(sys.modules.get(name), "__dict__", None) is holder


def alive(members, asked, rooted) -> set:
    """ids of those that a root holds, or more than the members account for (C, a frame of another thread), and what these lead to."""
    inside = dict.fromkeys(members, 0)
    for member in members.values():
        for other in gc.get_referents(member):
            if id(other) in inside:
                inside[id(other)] += 1
    member = other = None
    objects = [*members.values(), object()]  # to the last one nobody refers but this list; to the others `members`, and to some `asked`
    counts, twice = [sys.getrefcount(each) for each in objects], {id(each) for each in asked}
    left = [each for each, count in zip(objects, counts[:-1]) if count > counts[-1] + 1 + (id(each) in twice) + inside[id(each)]]
    left += [other for root in rooted for other in gc.get_referents(root) if id(other) in members]
    found = {id(each) for each in left}
    while left:
        for other in gc.get_referents(left.pop()):
            if id(other) in members and id(other) not in found:
                found.add(id(other))
                left.append(other)
    return found
