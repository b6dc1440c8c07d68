# name: memoryview-casts
# description: casts and slices of memoryviews over bytes and over an array of the session
# %%
import numpy as np
a = np.arange(6, dtype="i4"); m = memoryview(a); bytes_of = m.cast("B"); tail = m[3:]; const = memoryview(b"abcdef")[1:4]
# %%
bytes_of[0] = 255; tail[0] = -1; shape = memoryview(bytes(range(6))).cast("B", (2, 3))
# %%
a[5] = 77
# %% holds
a.tolist() == [255, 1, 2, -1, 4, 77]
m[0] == 255 and tail[0] == -1 and tail[2] == 77 and bytes_of[0] == 255 and bytes_of.format == "B"
m.obj is a and const.tobytes() == b"bcd" and const.readonly and shape.tolist() == [[0, 1, 2], [3, 4, 5]]
