# name: context-of-decimal
# description: a variable that is the current context of decimal
# %%
import decimal
ctx = decimal.getcontext(); ctx.prec = 7; box = {"ctx": ctx, "own": decimal.Context(prec=3)}
# %%
third = decimal.Decimal(1) / 3; ctx.traps[decimal.Inexact] = False
# %%
ctx.prec = 9; last = decimal.Decimal(1) / 7; own = box["own"].divide(decimal.Decimal(1), 3)
# %% holds
decimal.getcontext() is ctx
box["ctx"] is ctx
str(last) == "0.142857143" and str(own) == "0.333"
