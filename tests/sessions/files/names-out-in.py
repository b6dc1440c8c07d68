# name: names-out-in
# description: outputs, inputs and the names that show them, with objects that are changed later
# %%
a = [1]; a
# %%
{"k": a}
# %%
a.append(2); got = (_1 is a, _2["k"] is a, _ is _2, Out[1] is a, In[1].strip().endswith("a"), len(In))
# %%
b = Out[2]; _
# %% holds
got == (True, True, True, True, True, 4) and b["k"] is a and Out[1] is a and _1 is a and _2 is b
_i1.startswith("a = [1]") and In[2].strip() == '{"k": a}' and sorted(Out)[:2] == [1, 2]
