# name: outputs-beside-exec
# description: results beside a dict that exec() was given, into which it puts the builtins, and with them what was shown last
# %%
exec("def made(parts=[]): parts.append(len(parts)); return parts", space := {}); made = space["made"]
# %%
class Stack(list): pass
stack = Stack([1]); stack, [5]
# %%
made()
# %%
print(made() is _, _2[0] is stack)
# %% holds
Out[2][0] is stack and Out[2][1] == [5] and type(Out[2][0]) is Stack
Out[3] is made.__defaults__[0] and made.__globals__ is space
Out[3] == [0, 1]
