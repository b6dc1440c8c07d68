# name: views-of-tensors
# description: tensors that look at each other's memory, and at that of arrays
# %%
import numpy as np, torch
base = torch.arange(12.0); rows = base.view(3, 4); middle = rows[1]; turned = rows.t(); wide = torch.zeros(1, 3).expand(4, 3)
# %%
array = np.ones(4); seen = torch.from_numpy(array); back = base.numpy()
# %%
same = base; box = {"t": rows, "list": [middle, same]}; half = torch.tensor([0.5, 1.5], dtype=torch.bfloat16); whole = torch.tensor([1 + 2j])
# %%
middle += 100; array[0] = 7; seen[1] = 8
print(base.tolist(), array, seen.tolist())
# %%
rows[2, 3] = -1; turned.mul_(2); back[0] = 5
print(base.tolist(), turned.is_contiguous(), box["list"][0].tolist())
# %% holds
box["t"] is rows and box["list"][0] is middle and box["list"][1] is base and same is base
rows.data_ptr() == base.data_ptr() and middle.data_ptr() == base.data_ptr() + 16 and turned.data_ptr() == base.data_ptr()
base.tolist()[4:8] == [208.0, 210.0, 212.0, 214.0] and base[0] == 5 and base[-1] == -2
seen.data_ptr() == array.ctypes.data and array.tolist() == [7, 8, 1, 1]
back.ctypes.data == base.data_ptr()
wide.stride() == (0, 1) and turned.stride() == (1, 4)
half.dtype is torch.bfloat16 and half.tolist() == [0.5, 1.5] and whole.tolist() == [1 + 2j]
