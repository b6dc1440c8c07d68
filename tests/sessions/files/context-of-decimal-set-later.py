# name: context-of-decimal-set-later
# description: a context that becomes the current one in a later cell
# %%
import decimal
ctx = decimal.Context(prec=3)
# %%
decimal.setcontext(ctx)
# %%
ctx.prec = 4; x = str(decimal.Decimal(1) / 3)
# %% holds
x == "0.3333" and decimal.getcontext() is ctx
