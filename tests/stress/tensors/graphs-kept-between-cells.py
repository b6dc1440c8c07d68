# name: graphs-kept-between-cells
# description: a loss whose graph of derivatives is walked in a later cell; gradients of leaves
# %%
import torch
w = torch.tensor([1.0, 2.0], requires_grad=True); frozen = torch.ones(2)
# %%
loss = (w * w).sum() * 3; plain = loss.detach()
# %%
loss.backward()
print(w.grad.tolist(), loss.grad_fn is not None)
# %%
grad = w.grad; kept = (w * frozen).sum()
# %%
kept.backward()
print(w.grad.tolist(), grad.tolist())
# %% holds
w.grad is grad and grad.tolist() == [7.0, 13.0] and w.is_leaf and w.requires_grad and not frozen.requires_grad
float(plain) == 15.0 and kept.grad_fn is not None
# %% holds after 2
w.grad is None and loss.requires_grad and loss.grad_fn is not None
