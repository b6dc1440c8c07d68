# name: unpicklable-in-the-middle
# description: one unpicklable attribute deep inside an object; independent names and the rest stay
# lost: deep (a socket inside)
# %%
import socket
class Box: pass
part = {"shared": 1}
deep = Box(); deep.level = [Box()]; deep.level[0].sock = socket.socket(); deep.part = part
free = [1]
# %%
part["shared"] = 2
# %%
free.append(2); deep.level[0].sock.close()
# %% holds
free == [1, 2]
deep.part is part
