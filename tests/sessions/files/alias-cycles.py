# name: alias-cycles
# description: a list in itself, a cycle through an instance, a tuple in a cycle
# %%
loop = []
loop.append(loop)
class Node: pass
n = Node(); n.me = n; n.peer = Node(); n.peer.back = n
# %%
t = ([],)
t[0].append(t)
# %%
root = n.peer.back
# %% holds
loop[0] is loop
n.me is n and n.peer.back is n
t[0][0] is t
root is n
