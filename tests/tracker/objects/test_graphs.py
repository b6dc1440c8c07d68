"""Random object graphs with random mutations, against a naive deep comparison."""

import random

import pytest


class Node:
    pass


Node.__module__ = "__main__"


def canonical(value):
    """The graph from `value` as nested tuples, objects numbered in order of visit."""
    seen, counter = {}, [0]

    def visit(o):
        if isinstance(o, (int, str, type(None))):
            return (type(o).__name__, o)
        if id(o) in seen:
            return ("back", seen[id(o)])
        seen[id(o)] = len(seen)
        if isinstance(o, dict):
            return ("dict", [(visit(k), visit(v)) for k, v in o.items()])
        if isinstance(o, Node):
            return ("node", [(k, visit(v)) for k, v in vars(o).items()])
        return (type(o).__name__, [visit(i) for i in o])

    return visit(value)


def grow(rng, size):
    objects = [[], {}, Node()]
    for i in range(size):
        pick = rng.choice(objects)
        new = rng.choice([lambda: [pick], lambda: {i: pick}, Node, lambda: (i, pick), lambda: [i, str(i)]])()
        objects.append(new)
        attach(rng, objects, i, new)
    return objects


def attach(rng, objects, i, value):
    target = rng.choice(objects)
    if isinstance(target, list):
        target.append(value)
    elif isinstance(target, dict):
        target[i] = value
    elif isinstance(target, Node):
        setattr(target, f"f{i % 5}", value)


def mutate(rng, objects):
    target = rng.choice(objects)
    kind = rng.randrange(3)
    if kind == 0:
        attach(rng, objects, rng.randrange(1000), rng.choice([*objects, 7, "text"]))
    elif isinstance(target, list) and target:
        target.pop(rng.randrange(len(target)))
    elif isinstance(target, dict) and target:
        target.pop(rng.choice(list(target)))
    elif isinstance(target, Node) and vars(target):
        delattr(target, rng.choice(list(vars(target))))


@pytest.mark.parametrize("seed", range(30))
def test_fingerprints_change_exactly_with_the_graph(session, seed):
    rng = random.Random(seed)
    objects = grow(rng, 60)
    root = [objects[0], objects[1], objects[2]]
    by_graph, by_fingerprint = {}, {}
    for _ in range(60):
        graph, (fingerprint, opaque) = repr(canonical(root)), session.walker.fingerprint(root)
        assert opaque == ""
        assert by_graph.setdefault(graph, fingerprint) == fingerprint
        assert by_fingerprint.setdefault(fingerprint, graph) == graph
        mutate(rng, objects)


@pytest.mark.parametrize("seed", range(20))
def test_names_link_exactly_if_they_reach_a_common_object(session, seed):
    rng = random.Random(seed)
    objects = grow(rng, 40)
    names = {f"n{i}": rng.choice(objects) for i in range(8)}

    def reach(o, found):
        if isinstance(o, (int, str, type(None))) or id(o) in found:
            return found
        found[id(o)] = not isinstance(o, tuple)
        for child in (o.values() if isinstance(o, dict) else vars(o).values() if isinstance(o, Node) else o):
            reach(child, found)
        return found

    session.namespace.update(names)
    parts = {n: {i for i, mutable in reach(o, {}).items() if mutable} for n, o in names.items()}
    groups = []
    for name, part in parts.items():
        joined = [g for g in groups if g[1] & part]
        groups = [g for g in groups if g not in joined]
        groups.append(({name, *(n for g in joined for n in g[0])}, part.union(*(g[1] for g in joined))))
    session.look()
    found = {frozenset(c.names) for c in session.last.components if c.names}
    assert found == {frozenset(g[0]) for g in groups}
