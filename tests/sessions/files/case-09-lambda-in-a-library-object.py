# name: case-09-lambda-in-a-library-object
# description: a JSON encoder holds a lambda that writes a global
# case: 9
# %%
import json
odd = []
enc = json.JSONEncoder(default=lambda o: odd.append(type(o).__name__) or 0)
# %%
first = enc.encode([1, {2}])
# %%
second = enc.encode(1j)
# %% holds
odd == ["set", "complex"]
(first, second) == ("[1, 0]", "0")
enc.default.__globals__ is globals()
