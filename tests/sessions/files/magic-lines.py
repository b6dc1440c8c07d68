# name: magic-lines
# description: line magics that set state: %env, %cd, %alias, %precision
# %%
import os
%env FERRYTEST_VALUE=7
os.makedirs("sub", exist_ok=True)
# %%
%cd -q sub
%precision 3
# %%
here = os.path.basename(os.getcwd())
x = 1 / 3
x
# %% holds
os.environ["FERRYTEST_VALUE"] == "7"
here == "sub" and os.path.basename(os.getcwd()) == "sub"
