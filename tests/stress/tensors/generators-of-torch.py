# name: generators-of-torch
# description: torch's random numbers go on where they were, its own generator and others
# %%
import torch
torch.manual_seed(7); own = torch.Generator().manual_seed(5); first = torch.rand(3)
# %%
second = torch.rand(2, generator=own); shuffled = torch.randperm(9)
# %%
state = own.get_state(); third = torch.randn(2, generator=own)
print(third.tolist(), torch.rand(1).item())
# %%
fourth = torch.bernoulli(torch.full((5,), 0.5)); own.set_state(state); again = torch.randn(2, generator=own)
print(fourth.tolist(), torch.randint(100, (3,), generator=own).tolist())
# %% holds
torch.equal(third, again) and torch.initial_seed() == 7 and own.initial_seed() == 5
