# name: modules-with-tied-weights
# description: a network of the session's own class, weights tied, buffers, mode, and a hook
# %%
import torch
from torch import nn
torch.manual_seed(3)
# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(4, 4), nn.Linear(4, 4)
        self.outer.weight = self.inner.weight
        self.norm = nn.BatchNorm1d(4)
        self.register_buffer("seen", torch.zeros(()))
    def forward(self, x):
        self.seen += 1
        return self.outer(self.norm(torch.relu(self.inner(x))))
net = Net(); weight = net.inner.weight; x = torch.ones(2, 4)
# %%
calls = []
handle = net.register_forward_hook(lambda module, given, result: calls.append(float(result.detach().sum())))
with torch.no_grad():
    y = net(x)
# %%
_ = net.eval()
with torch.no_grad():
    z = net(x * 2)
print(len(calls), float(net.seen))
# %%
handle.remove()
with torch.no_grad():
    weight.zero_()
print(float(net.outer.weight.abs().sum()), len(calls))
# %% holds
net.outer.weight is net.inner.weight and net.inner.weight is weight and isinstance(weight, nn.Parameter)
type(net) is Net and not net.training and float(net.seen) == 2
calls[0] == float(y.sum()) and len(calls) == 2
net.norm.running_mean.shape == (4,) and int(net.norm.num_batches_tracked) == 1
len(net._forward_hooks) == 0
# %% holds after 4
len(net._forward_hooks) == 1 and list(net._forward_hooks.values())[0].__closure__ is None
