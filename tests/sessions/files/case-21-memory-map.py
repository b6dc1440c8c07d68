# name: case-21-memory-map
# description: an array that is a file; another process may write it
# case: 21
# %%
import numpy as np
m = np.memmap("data.bin", dtype="i4", mode="w+", shape=(4,))
m[:] = [1, 2, 3, 4]; m.flush()
# %%
import subprocess, sys
_ = subprocess.run([sys.executable, "-c", "f = open('data.bin', 'r+b'); f.write(bytes([9])); f.close()"], check=True)
# %%
total = int(m.sum())
# %% holds
total == 18
m.tolist() == [9, 2, 3, 4]
