# name: outputs-go-on
# description: outputs shown after a resume are _ and __ as before it, until the user binds the name
# %%
first = [1]
# %%
{"a": first}
# %%
{"b": first}
# %%
number = 2
# %%
{"c": number}
# %%
last, before = _, __
_ = "mine"
# %%
[7]
# %%
kept = _, Out[7]
# %% holds
last == {"c": 2} and before["b"] is first
kept == ("mine", [7])
