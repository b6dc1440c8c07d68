"""sympy: sums, products and powers, of the very parts that they had, and numbers, each as often as it was there.

Their own pickling has them made anew by rules: what stands there unevaluated becomes something else, a part may become an equal one, which
the session did not share with others, and equal numbers become one.
"""
import operator
import sys

_OPERATIONS = {"sympy.core.add.Add", "sympy.core.mul.Mul", "sympy.core.power.Pow"}
_NUMBERS = {"sympy.core.numbers.Integer", "sympy.core.numbers.Rational"}


def _is_one_of(kinds, cls) -> bool:
    return f"{cls.__module__}.{cls.__qualname__}" in kinds


def reduce_operation(encoding, expression):
    cls = type(expression)
    return (make_operation, (cls, expression.is_commutative, *expression.args)) if _is_one_of(_OPERATIONS, cls) else NotImplemented


def make_operation(cls, is_commutative, *parts):
    """The one that sympy remembers, so that it gives the session that one again; else one that it does not know."""
    made = cls(*parts)
    if type(made) is cls and len(made.args) == len(parts) and all(map(operator.is_, made.args, parts)):
        return made
    made = sys.modules["sympy"].Basic.__new__(cls, *parts)
    made.is_commutative = is_commutative
    return made


def reduce_number(encoding, number):
    cls = type(number)
    if not _is_one_of(_NUMBERS, cls):
        return NotImplemented
    first = encoding.numbers.setdefault((cls, number.p, number.q), number)
    return make_number, (cls, first is number, number.p, *([number.q] if number.q != 1 else []))


def make_number(cls, is_first, *of):
    """Of several that are equal the first is the one that sympy remembers."""
    if is_first:
        return cls(*of)
    made = sys.modules["sympy"].Basic.__new__(cls)
    for name, value in zip(("p", "q"), of):
        setattr(made, name, value)
    return made


ADAPTERS = dict.fromkeys(_OPERATIONS, reduce_operation) | dict.fromkeys(_NUMBERS, reduce_number)
