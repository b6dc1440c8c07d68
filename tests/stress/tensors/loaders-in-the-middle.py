# name: loaders-in-the-middle
# description: data sets and loaders, one in the middle of its pass
# %%
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset
class Squares(Dataset):
    def __init__(self, n): self.n, self.asked = n, []
    def __len__(self): return self.n
    def __getitem__(self, i):
        self.asked.append(i); return torch.tensor(i * i)
squares = Squares(6); data = torch.arange(8.0); pairs = TensorDataset(data, data * 2)
# %%
draw = torch.Generator().manual_seed(1)
loader = DataLoader(squares, batch_size=2); mixed = DataLoader(pairs, batch_size=4, shuffle=True, generator=draw)
seen = [b.tolist() for b in loader]
# %%
order = [a.tolist() for a, b in mixed]
# %%
running = iter(loader); one = next(running)
# %%
two = next(running); order2 = [a.tolist() for a, b in mixed]
print(two.tolist(), order2, squares.asked)
# %% holds
loader.dataset is squares and pairs.tensors[0] is data and mixed.generator is draw
two.tolist() == [4, 9] and squares.asked == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3]
