# name: attributes-of-subclasses
# description: attributes of instances whose base of the standard library reduces itself without them
# %%
import collections, datetime, decimal, fractions, io, ipaddress, itertools, pathlib, random
class Moment(datetime.datetime): pass
class Day(datetime.date): pass
class Span(datetime.timedelta): pass
class Dice(random.Random):
    def __init__(self, seed=None): self.calls = 0; super().__init__(seed)
    def random(self): self.calls += 1; return super().random()
class Money(decimal.Decimal):
    def __new__(cls, value, unit="EUR"): made = super().__new__(cls, value); made.unit = unit; return made
class Part(fractions.Fraction): pass
class Tally(collections.Counter): pass
class Address(ipaddress.IPv4Address): pass
class Place(pathlib.PurePosixPath): pass
class Steps(itertools.count): pass
class Text(io.StringIO): pass
notes = []
every = [Moment(2020, 1, 2, 3), Day(2020, 1, 2), Span(2), Dice(7), Money("1.5", "USD"), Part(1, 2), Tally("aab"), Address("10.0.0.1"), Place("/a/b"), Steps(3), Text("text")]
for each in every: each.notes = notes; each.me = [each]
moment, day, span, dice, money, part, tally, address, place, steps, text = every
# %%
shown = str(place); there = {place: 1}; met = there[Place("/a/b")]
first = dice.random(); next(steps); tally["a"] += 1; text.read(2); money.more = day
# %%
notes.append("late"); second = dice.random(); third = next(steps); rest = text.read()
# %% holds
all(each.notes is notes and each.me[0] is each for each in every) and notes == ["late"]
dice.calls == 2 and (first, second) == (lambda r: (r.random(), r.random()))(random.Random(7)) and third == 4 and rest == "xt"
money.unit == "USD" and money.more is day and type(money) is Money and money == decimal.Decimal("1.5") and tally == {"a": 3, "b": 1}
moment.hour == 3 and span.days == 2 and part == fractions.Fraction(1, 2) and type(place) is Place and int(address) == 0x0A000001
shown == str(place) == "/a/b" and there[place] == met == 1
# %% holds after 2
all(each.notes is notes and each.me[0] is each for each in every) and dice.calls == 1
