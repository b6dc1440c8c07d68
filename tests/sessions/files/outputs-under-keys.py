# name: outputs-under-keys
# description: what a cell shows is held by a dict under a key that is no plain value
# %%
import collections, enum, numpy as np, pandas as pd
class Kind(enum.Enum): ROOK = 1; KING = 2
class Square:
    def __init__(self, name): self.name = name
a1, b2 = Square("a1"), Square("b2")
board = {(0, 0): ["rook"], (0, 1): ["king"]}
kinds = {Kind.ROOK: [1], Kind.KING: [2]}
groups = {key: list(part) for key, part in pd.Series([5, 6, 7]).groupby(np.array([1, 1, 2]))}
days = {pd.Timestamp("2024-01-01"): ["new year"], frozenset("ab"): [8]}
at = {a1: ["a"], b2: ["b"]}
turns = collections.OrderedDict({(1,): ["first"], (2,): ["second"]}); turns.move_to_end((1,))
# %%
board[0, 1]
# %%
kinds[Kind.KING]
# %%
groups[2]
# %%
days[frozenset("ab")]
# %%
at[b2]
# %%
turns[1,]
# %%
turns[2,]
# %%
board[0, 1].append("moved"); kinds[Kind.KING].append(0); groups[2].append(0); days[frozenset("ab")].append(0); at[b2].append(0); turns[1,].append(0)
print(_2, _3, _4, _5, _6, _7, _8)
# %% holds
_2 is board[0, 1] and _3 is kinds[Kind.KING] and _4 is groups[2] and _5 is days[frozenset("ab")] and _6 is at[b2] and _7 is turns[1,] and _8 is turns[2,]
