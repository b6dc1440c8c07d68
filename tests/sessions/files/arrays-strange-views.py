# name: arrays-strange-views
# description: broadcast, reversed, read-only and self-holding arrays, and buffers over them
# %%
import numpy as np
a = np.arange(12.0); b = np.broadcast_to(a[:3], (4, 3)); t = a.reshape(3, 4).T
# %%
ro = a.view(); ro.flags.writeable = False; m = memoryview(a)[2:]; o = np.empty(2, object); o[0] = o; o[1] = a
bits = a.view(np.uint8); z = np.zeros((0, 3)); scalar = np.array(5); neg = a[::-1][1::3]
# %%
a[4] = 99; fromb = np.frombuffer(bytearray(b"abcdefgh"), "u1"); fromb[0] = 7
# %% holds
b.strides == (0, 8) and np.shares_memory(b, a) and not b.flags.writeable
t.flags.f_contiguous and t[0, 1] == 99
not ro.flags.writeable and ro[4] == 99
m[2] == 99 and m.nbytes == 80
o[0] is o and o[1] is a
neg[1] == 7 and np.shares_memory(neg, a)
scalar.shape == () and z.shape == (0, 3)
