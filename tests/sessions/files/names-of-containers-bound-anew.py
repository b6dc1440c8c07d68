# name: names-of-containers-bound-anew
# description: a name that was a container of a library, and is one of the session: filling that says nothing of the library's
# %%
from codeop import _features as steps
from keyword import kwlist
# %%
steps = []
# %%
steps.append(1); kwlist = [2]; kwlist.append(3)
# %% holds
steps == [1] and kwlist == [2, 3]
__import__("keyword").kwlist[0] == "False" and len(__import__("codeop")._features) > 3
