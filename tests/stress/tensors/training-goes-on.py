# name: training-goes-on
# description: an optimizer, its state and a schedule in the middle of a training, over the very parameters of the network
# %%
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Dropout(0.3), torch.nn.Linear(8, 1))
adam = torch.optim.Adam(net.parameters(), lr=0.05)
schedule = torch.optim.lr_scheduler.StepLR(adam, step_size=2, gamma=0.5)
x = torch.randn(16, 3); target = x.sum(1, keepdim=True); losses = []
# %%
def step():
    adam.zero_grad()
    loss = ((net(x) - target) ** 2).mean()
    loss.backward(); adam.step(); schedule.step()
    losses.append(loss.item())
for _ in range(3): step()
# %%
for _ in range(3): step()
print(losses[-1], schedule.get_last_lr())
# %%
slow = torch.optim.SGD([{"params": net[0].parameters(), "lr": 0.01}, {"params": net[3].parameters()}], lr=0.1, momentum=0.9)
for _ in range(2):
    slow.zero_grad(); ((net(x) - target) ** 2).mean().backward(); slow.step()
print(float(net[0].weight.sum()))
# %%
step()
print(losses[-1], float(net[3].bias), torch.rand(2).tolist())
# %% holds after 3
schedule.optimizer is adam and len(losses) == 6
# %% holds
adam.param_groups[0]["params"][0] is net[0].weight and schedule.optimizer is adam
slow.param_groups[1]["params"][1] is net[3].bias and slow.state[net[0].weight]["momentum_buffer"].shape == (8, 3)
set(adam.state) == set(net.parameters()) and int(adam.state[net[0].weight]["step"]) == 7
net[0].weight.grad is not None and len(losses) == 7
