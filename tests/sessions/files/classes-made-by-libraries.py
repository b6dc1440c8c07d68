# name: classes-made-by-libraries
# description: classes that library code made for the session: they say that they are of its module
# %%
import abc, collections, dataclasses, enum, types, typing
Point = dataclasses.make_dataclass("Point", ["x", ("tags", list, dataclasses.field(default_factory=list))], namespace={"twice": lambda self: self.x * 2})
class Plugin:
    registry = {}
    def __init_subclass__(cls, /, key=None, **rest): super().__init_subclass__(**rest); Plugin.registry[key] = cls
class A(Plugin, key="a"): pass
New = types.new_class("New", (A,), {"key": "n"}, lambda ns: ns.update(log=[]))
class Base(abc.ABC): log = []
Made = abc.ABCMeta("Made", (Base,), {}); Named = typing.NamedTuple("Named", [("a", int)]); Pair = collections.namedtuple("Pair", "x y"); Two = enum.Enum("Two", "A B")
point, points, new, made, named, pair, one = Point(1), {"p": [Point(2)]}, New(), Made(), Named(1), Pair(1, 2), Two.A
# %%
point.x = 5; new.log.append(1); made.more = [point, Point(3)]; Plugin.registry["again"] = A
# %%
point.tags.append(made); Base.log.append("late")
# %% holds
point.twice() == 10 and type(point) is Point and type(points["p"][0]) is Point and all(type(p) is Point for p in made.more)
type(new) is New and Plugin.registry == {"a": A, "n": New, "again": A} and New.log is new.log == [1]
type(made) is Made and Made.log is Base.log == ["late"] and issubclass(Made, Base) and made.more[0] is point and point.tags == [made]
type(named) is Named and type(pair) is Pair and one is Two.A and Two("nothing" and 1) is one
# %% holds after 1
type(point) is Point and type(new) is New and type(made) is Made and Plugin.registry["n"] is New
