# name: enum-flags-and-aliases
# description: flags, aliases, members as keys, members with methods and values that are lists
# %%
import enum
class Color(enum.Enum):
    RED = 1; CRIMSON = 1; BOX = [1, 2]
    def shout(self): return self.name + "!"
class Perm(enum.Flag):
    R = enum.auto(); W = enum.auto(); RW = R | W
table = {Color.RED: "r", Perm.R: 1}; red = Color.CRIMSON; rw = Perm.R | Perm.W
# %%
Color.BOX.value.append(3); picked = [Color("x") if False else Color(1), Color["BOX"]]
# %%
class Level(enum.IntEnum):
    LOW = 1; HIGH = 2
lv = Level.HIGH; ordered = sorted([Level.HIGH, Level.LOW])
# %% holds
red is Color.RED and picked[0] is Color.RED and picked[1] is Color.BOX and Color.BOX.value == [1, 2, 3] and table[red] == "r"
rw is Perm.RW and Perm.R in rw and Perm(1) is Perm.R and red.shout() == "RED!"
lv is Level(2) and ordered == [1, 2] and lv == 2 and list(Color) == [Color.RED, Color.BOX]
