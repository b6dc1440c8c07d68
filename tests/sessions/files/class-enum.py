# name: class-enum
# description: enum members are singletons, also as keys and defaults
# %%
from enum import Enum, Flag, IntEnum, auto
class Color(Enum):
    RED = 1
    BLUE = 2
    CRIMSON = 1
class Bits(Flag):
    A = auto(); B = auto()
class Level(IntEnum):
    LOW = 0
# %%
seen = {Color.RED: ["r"]}
favourite = Color.BLUE
mix = Bits.A | Bits.B
# %%
seen[Color.CRIMSON].append("c")
# %% holds
favourite is Color.BLUE and Color(2) is favourite
seen[Color.RED] == ["r", "c"]
Color.CRIMSON is Color.RED
mix == Bits.A | Bits.B and Bits.A in mix
Level.LOW == 0 and type(Level.LOW) is Level
