# name: settings-of-torch
# description: what torch keeps for the whole process
# %%
import torch
torch.set_default_dtype(torch.float64); x = torch.ones(2)
# %%
torch.set_grad_enabled(False); y = torch.ones(2, requires_grad=True) * 2
# %%
torch.set_printoptions(precision=2, sci_mode=False); torch.use_deterministic_algorithms(True); torch.set_num_threads(1)
print(torch.tensor([1 / 3]))
# %%
torch.set_grad_enabled(True); z = torch.ones(1, requires_grad=True) * 2; torch.set_flush_denormal(False)
print(torch.tensor([2 / 3]), z.requires_grad)
# %%
torch.set_default_dtype(torch.float32); torch.autograd.set_detect_anomaly(True)
# %% holds after 3
torch.get_default_dtype() is torch.float64 and not torch.is_grad_enabled() and torch.are_deterministic_algorithms_enabled() and torch.get_num_threads() == 1
repr(torch.tensor([1 / 3])) == "tensor([0.33])"
# %% holds
x.dtype is torch.float64 and not y.requires_grad and torch.tensor(1.0).dtype is torch.float32 and torch.is_grad_enabled()
torch.is_anomaly_enabled()
