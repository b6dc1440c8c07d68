# name: function-attributes
# description: attributes, annotations, defaults, keyword-only defaults and docstrings of functions
# %%
def f(a: int, b=[1], *, c={"k": 1}) -> list:
    "doc"
    f.calls += 1
    return b
f.calls = 0
# %%
f(1); f.tags = [f]
# %%
x = f(2); x.append(5)
# %% holds
f.calls == 2 and f.tags[0] is f
f.__defaults__[0] is x and x == [1, 5]
f.__kwdefaults__ == {"c": {"k": 1}}
f.__doc__ == "doc" and f.__annotations__["return"] is list
