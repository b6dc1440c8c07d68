# name: executors-of-code
# description: exec and compile in the session's namespace and in one of its own
# %%
own = {}
exec("def f(): return 'exec'\nk = [1]", globals())
exec("v = [2]", own)
# %%
code = compile("k.append(len(k) + 1)", "made", "exec")
exec(code)
# %%
exec("own2 = own"); own2["v"].append(3)
# %% holds
f() == "exec" and k == [1, 2]
own["v"] == [2, 3] and own2 is own
code.co_filename == "made"
