# name: magic-time
# description: cell magics that run their body: %%time, %%capture, %%timeit
# %%
%%time
a = [1]
# %%
%%capture out
print("hidden"); a.append(2)
# %%
%%timeit -n 1 -r 1 -q
a.append(3)
# %% holds
a == [1, 2, 3]
out.stdout == "hidden\n"
