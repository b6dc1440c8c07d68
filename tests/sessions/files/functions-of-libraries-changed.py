# name: functions-of-libraries-changed
# description: defaults, documentation, code and attributes that cells give functions of libraries
# %%
import json, textwrap, string
x = 1
# %%
json.dumps.__kwdefaults__["sort_keys"] = True
textwrap.wrap.calls = 0
textwrap.wrap.__defaults__ = (44,)
textwrap.dedent.__doc__ = "mine"
textwrap.TextWrapper.wrap.mine = [1]
def shout(s, sep=None): return s.upper()
string.capwords.__code__ = shout.__code__
# %%
textwrap.wrap.calls += 1
y = json.dumps({"b": 1, "a": 2}, indent=None)
# %% holds
json.dumps.__kwdefaults__["sort_keys"] is True
textwrap.wrap.calls == 1 and textwrap.wrap.__defaults__ == (44,)
textwrap.dedent.__doc__ == "mine"
textwrap.TextWrapper.wrap.mine == [1]
string.capwords("ab c") == "AB C"
