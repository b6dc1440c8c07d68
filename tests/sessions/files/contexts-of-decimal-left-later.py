# name: contexts-of-decimal-left-later
# description: a context of decimal that is entered by hand in one cell and left in a later one
# %%
import decimal
first = decimal.getcontext(); first.prec = 7; local = decimal.localcontext(); box = {"first": first}
# %%
inner = local.__enter__(); inner.prec = 5; within = str(decimal.Decimal(1) / 3)
# %%
still = str(decimal.Decimal(1) / 3); local.__exit__(None, None, None); left = decimal.getcontext() is first
# %%
first.prec = 9; last = str(decimal.Decimal(1) / 3); inner.Emax = 99; again = local.__enter__(); same = again is inner, again.prec, again.Emax; local.__exit__(None, None, None)
# %% holds
within == still == "0.33333" and left and decimal.getcontext() is first is box["first"]
last == "0.333333333" and same == (True, 5, 99)
