# name: function-redefined
# description: a function is defined again while another refers to it and a list holds the old one
# %%
def base(): return "one"
def caller(): return base()
kept = [base]
# %%
def base(): return "two"
# %%
x = caller()
# %% holds
x == "two"
kept[0]() == "one" and kept[0] is not base
