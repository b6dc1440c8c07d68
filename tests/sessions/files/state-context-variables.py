# name: state-context-variables
# description: a context variable and its token
# lost: var (a context variable), token (its token)
# %%
from contextvars import ContextVar
var = ContextVar("var", default=1)
near = [1]
# %%
token = var.set(5)
# %%
near.append(2)
# %% holds
near == [1, 2]
